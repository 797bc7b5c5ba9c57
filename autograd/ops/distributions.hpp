#pragma once

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/random.hpp>

namespace gradus {

/// Further random tensors. As those of random.hpp, each call takes one call number of `generator` (null means
/// `default_generator()`), and what an element is does not depend on threads or memory layout. For floating
/// dtypes (DTypeError) unless said otherwise. No gradients.

/// Times between events of which `rate` come in a unit of time: density rate e^(-rate x). Throws ValueError
/// unless rate > 0.
Tensor exponential(const Shape& shape, double rate = 1, const TensorOptions& options = {},
                   Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// e to numbers from the normal distribution with this mean and std. Throws ValueError for a negative std.
Tensor log_normal(const Shape& shape, double mean = 0, double std = 1, const TensorOptions& options = {},
                  Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// Density 1 / (pi scale (1 + ((x - median) / scale)^2)). Throws ValueError unless scale > 0.
Tensor cauchy(const Shape& shape, double median = 0, double scale = 1, const TensorOptions& options = {},
              Generator* generator = nullptr, SourceLocation at = SourceLocation::current());
/// The number of trials, 1, 2, .., up to the first success, of probability p each. Throws ValueError unless
/// 0 < p <= 1.
Tensor geometric(double p, const Shape& shape, const TensorOptions& options = {},
                 Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

/// For each element of `rates` a number of events that has this mean; shape and dtype are those of `rates`.
/// By counting times between events, or, from a rate of 10 on, by transformed rejection (Hoermann, "The
/// transformed rejection method for generating Poisson random variables", 1993). Throws ValueError for a rate
/// that is negative or not finite.
Tensor poisson(const Tensor& rates, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());
/// For each element of `count`, broadcast with `p`, the number of successes in as many trials of probability
/// p; the dtype is that of both. By counting the trials between successes, or, where 10 or more are expected
/// of both kinds, by transformed rejection (Hoermann, "The generation of binomial random variates", 1993).
/// Throws ValueError for a count that is negative, not whole or not finite, and unless 0 <= p <= 1.
Tensor binomial(const Tensor& count, const Tensor& p, Generator* generator = nullptr,
                SourceLocation at = SourceLocation::current());

}  // namespace gradus
