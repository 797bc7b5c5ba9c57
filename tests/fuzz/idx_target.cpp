#include <gradus/data/idx.hpp>

#include "fuzz/target.hpp"

namespace gradus::idx_target {

const test::FuzzTarget idx{"idx", "x.idx", {[](const auto& file) { test::touch(data::read_idx(file)); }}};

}  // namespace gradus::idx_target
