#include <gradus/data/safetensors.hpp>

#include "fuzz/target.hpp"

namespace gradus::safetensors_target {

const test::FuzzTarget safetensors{
    "safetensors",
    "x.safetensors",
    {[](const auto& file) { test::touch(data::read_safetensors(file).tensors); },
     [](const auto& file) { test::touch(data::read_safetensors(file, {.map = true}).tensors); }}};

}  // namespace gradus::safetensors_target
