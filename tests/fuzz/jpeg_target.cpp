#include <gradus/data/jpeg.hpp>

#include "fuzz/target.hpp"

namespace gradus::jpeg_target {
using data::Channels;

const test::FuzzTarget jpeg{"jpeg",
                            "x.jpg",
                            {[](const auto& file) { test::touch(data::read_jpeg(file, Channels::grey)); },
                             [](const auto& file) { test::touch(data::read_jpeg(file, Channels::rgb)); }}};

}  // namespace gradus::jpeg_target
