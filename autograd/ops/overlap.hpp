#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus::sliding {

/// The transpose of `sliding_window`: windows [.., count, size, ..] at `dim` and behind it, added up where
/// they overlap, as [.., length, ..].
Tensor added_up(const Tensor& windows, std::int64_t dim, std::int64_t step, std::int64_t length);

}  // namespace gradus::sliding
