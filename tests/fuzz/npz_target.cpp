#include <gradus/data/npy.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget npz{"npz", "x.npz", {[](const auto& file) { test::touch(data::read_npz(file)); }}};
