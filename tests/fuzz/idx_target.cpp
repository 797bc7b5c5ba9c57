#include <gradus/data/idx.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget idx{"idx", "x.idx", {[](const auto& file) { test::touch(data::read_idx(file)); }}};
