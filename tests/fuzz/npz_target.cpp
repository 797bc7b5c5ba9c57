#include <gradus/data/npy.hpp>

#include "fuzz/target.hpp"

namespace gradus::npz_target {

const test::FuzzTarget npz{"npz", "x.npz", {[](const auto& file) { test::touch(data::read_npz(file)); }}};

}  // namespace gradus::npz_target
