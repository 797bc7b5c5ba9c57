#include <gradus/data/npy.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget npy{"npy", "x.npy", {[](const auto& file) { test::touch(data::read_npy(file)); }}};
