#include <gradus/autograd/ops/signal_window.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <gradus/autograd/kernels/bessel.hpp>
#include <gradus/autograd/ops/create.hpp>

namespace gradus {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// weight(t) for t = i / length, or i / (length - 1) unless periodic.
Tensor window(std::string_view name, std::int64_t length, const SignalWindowOptions& options,
              const SourceLocation& at, const std::function<double(double t)>& weight) {
  const OpScope scope(name, at);
  require(length >= 0, "the length is {}; it must not be negative", length);
  require<DTypeError>(is_floating(options.dtype), "given {}; needs float32 or float64", options.dtype);
  if (length == 1) return ones({1}, {.dtype = options.dtype});
  const auto last = static_cast<double>(options.periodic ? length : length - 1);
  std::vector<double> values;
  for (std::int64_t i = 0; i < length; ++i) values.push_back(weight(static_cast<double>(i) / last));
  return from_vector(values, length).to(options.dtype);
}

}  // namespace

Tensor hann_window(std::int64_t length, const SignalWindowOptions& options, SourceLocation at) {
  return window("hann_window", length, options, at, [](double t) { return 0.5 - 0.5 * std::cos(turn * t); });
}

Tensor hamming_window(std::int64_t length, double alpha, const SignalWindowOptions& options,
                      SourceLocation at) {
  return window("hamming_window", length, options, at,
                [=](double t) { return alpha - (1 - alpha) * std::cos(turn * t); });
}

Tensor blackman_window(std::int64_t length, const SignalWindowOptions& options, SourceLocation at) {
  return window("blackman_window", length, options, at, [](double t) {
    return std::max(0.42 - 0.5 * std::cos(turn * t) + 0.08 * std::cos(2 * turn * t), 0.0);
  });
}

Tensor bartlett_window(std::int64_t length, const SignalWindowOptions& options, SourceLocation at) {
  return window("bartlett_window", length, options, at, [](double t) { return 1 - std::abs(2 * t - 1); });
}

Tensor kaiser_window(std::int64_t length, double beta, const SignalWindowOptions& options,
                     SourceLocation at) {
  return window("kaiser_window", length, options, at, [=](double t) {
    const double place = 2 * t - 1, height = beta * std::sqrt(std::max(1 - place * place, 0.0));
    // With e^-|..| taken out of both, neither of which then overflows.
    return kernels::bessel_ie(0, height) / kernels::bessel_ie(0, beta) * std::exp(height - std::abs(beta));
  });
}

}  // namespace gradus
