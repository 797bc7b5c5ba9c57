#include <gradus/data/pth.hpp>

#include "fuzz/target.hpp"

namespace gradus::pth_target {

const test::FuzzTarget pth{"pth", "x.pth", {[](const auto& file) { test::touch(data::read_pth(file)); }}};

}  // namespace gradus::pth_target
