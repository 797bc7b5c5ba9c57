#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// e^x / sum of e^x along `dim`: `nn::Softmax{1}`.
struct Softmax {
  std::int64_t dim;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// The logarithm of the softmax along `dim`: `nn::LogSoftmax{1}`.
struct LogSoftmax {
  std::int64_t dim;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// The softmax of -x along `dim`: `nn::Softmin{1}`.
struct Softmin {
  std::int64_t dim;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// The softmax over the channels of [n, c, h, w] or [c, h, w]. Throws ShapeError for another rank.
struct Softmax2d {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
