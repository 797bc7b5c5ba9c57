#include <gradus/data/npy.hpp>

#include "fuzz/target.hpp"

namespace gradus::npy_target {

const test::FuzzTarget npy{"npy", "x.npy", {[](const auto& file) { test::touch(data::read_npy(file)); }}};

}  // namespace gradus::npy_target
