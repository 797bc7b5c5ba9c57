#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

/// For writers of ops that put tensors together.
namespace gradus {

/// Places in the dimensions before `dim`, together.
inline std::int64_t places_before(const Shape& shape, std::int64_t dim) {
  return numel(Dims(std::span(shape.begin(), static_cast<std::size_t>(dim))));
}

/// What is to be copied where.
struct Part {
  Tensor source, target;
};

/// Copies all of these, of one dtype, in order, as `copy_values`. The targets are parts of a row-major tensor
/// that all reach over the same first dimensions, which have `rows` places together. Of a large one all parts
/// of a few rows are written before the next, so that it is gone through once, in the order of its memory.
void copy_parts(std::int64_t rows, const std::vector<Part>& parts);

}  // namespace gradus
