#include <gradus/data/safetensors.hpp>

#include "fuzz/target.hpp"

using namespace gradus;

const test::FuzzTarget safetensors{
    "safetensors",
    "x.safetensors",
    {[](const auto& file) { test::touch(data::read_safetensors(file).tensors); },
     [](const auto& file) { test::touch(data::read_safetensors(file, {.map = true}).tensors); }}};
