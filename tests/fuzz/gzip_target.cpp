#include <gradus/data/idx.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget gzip{"gzip", "x.gz", {[](const auto& file) { test::touch(data::read_idx(file)); }}};
