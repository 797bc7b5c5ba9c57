#include <gradus/data/idx.hpp>

#include "fuzz/target.hpp"

namespace gradus::gzip_target {

const test::FuzzTarget gzip{"gzip", "x.gz", {[](const auto& file) { test::touch(data::read_idx(file)); }}};

}  // namespace gradus::gzip_target
