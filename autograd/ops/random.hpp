#pragma once

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/random.hpp>

namespace gradus {

/// Random tensors. Each call takes one call number of `generator` (null means `default_generator()`), and
/// element i of the result, in row-major order, depends on the generator's seed, that number and i alone:
/// not on the number of threads, nor on the memory layout. float32 numbers have 24 random bits, float64 ones
/// 53. A dtype that is not floating is a DTypeError unless said otherwise.

/// Uniform in [0, 1).
Tensor rand(const Shape& shape, const TensorOptions& options = {}, Generator* generator = nullptr,
            SourceLocation at = SourceLocation::current());
/// Uniform in [low, high). Throws ValueError unless both are finite and low <= high; low when they are equal.
Tensor uniform(const Shape& shape, double low, double high, const TensorOptions& options = {},
               Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// From the standard normal distribution (Box and Muller's transform).
Tensor randn(const Shape& shape, const TensorOptions& options = {}, Generator* generator = nullptr,
             SourceLocation at = SourceLocation::current());
/// From the normal distribution. Throws ValueError for a negative std.
Tensor normal(const Shape& shape, double mean, double std, const TensorOptions& options = {},
              Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// Integers low, ..., high - 1, each equally likely (no modulo bias), in any dtype. Throws ValueError unless
/// low < high, DTypeError if the dtype cannot hold them all.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               const TensorOptions& options = {.dtype = int64}, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());
/// The numbers 0, ..., n - 1 in random order, all orders equally likely, in any dtype that holds them.
/// Throws ValueError for a negative n.
Tensor randperm(std::int64_t n, const TensorOptions& options = {.dtype = int64},
                Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// 1 with probability p, else 0, in any dtype. Throws ValueError unless 0 <= p <= 1.
Tensor bernoulli(double p, const Shape& shape, const TensorOptions& options = {},
                 Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// As above, element by element for a floating tensor `p`; the result has its shape and dtype. No gradient.
Tensor bernoulli(const Tensor& p, Generator* generator = nullptr,
                 SourceLocation at = SourceLocation::current());

/// `rand` and `randn` with the shape, dtype and, where dense, memory layout of `x`.
Tensor rand_like(const Tensor& x, Generator* generator = nullptr,
                 SourceLocation at = SourceLocation::current());
Tensor randn_like(const Tensor& x, Generator* generator = nullptr,
                  SourceLocation at = SourceLocation::current());

/// The same in place, of any strides; returns `x`. Refused like every change in place (see Tensor::fill_).
Tensor uniform_(Tensor x, double low = 0, double high = 1, Generator* generator = nullptr,
                SourceLocation at = SourceLocation::current());
Tensor normal_(Tensor x, double mean = 0, double std = 1, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());
Tensor bernoulli_(Tensor x, double p = 0.5, Generator* generator = nullptr,
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
