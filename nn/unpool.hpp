#pragma once

#include <optional>

#include <gradus/autograd/ops/unpool.hpp>
#include <gradus/autograd/triple.hpp>

/// The opposite of max pooling as layers: `max_unpool1d` and on, of values and indices as
/// `max_pool1d_with_indices` and on give them. The result has the size that pooling with the same settings
/// comes from, (size - 1) stride - 2 padding + kernel_size, unless another is given.
namespace gradus::nn {

struct MaxUnpool1d {
  std::int64_t kernel_size;
  std::optional<std::int64_t> stride = {};  ///< kernel_size unless given
  std::int64_t padding = 0;
  Tensor operator()(const Tensor& x, const Tensor& indices, std::optional<std::int64_t> output_size = {},
                    SourceLocation at = SourceLocation::current()) const;
};

struct MaxUnpool2d {
  Pair kernel_size;
  OptionalPair stride = {};
  Pair padding = 0;
  Tensor operator()(const Tensor& x, const Tensor& indices, const OptionalPair& output_size = {},
                    SourceLocation at = SourceLocation::current()) const;
};

struct MaxUnpool3d {
  Triple kernel_size;
  OptionalTriple stride = {};
  Triple padding = 0;
  Tensor operator()(const Tensor& x, const Tensor& indices, const OptionalTriple& output_size = {},
                    SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
