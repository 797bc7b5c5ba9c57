#include <gradus/data/pth.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget pth{"pth", "x.pth", {[](const auto& file) { test::touch(data::read_pth(file)); }}};
