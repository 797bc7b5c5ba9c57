#include <gradus/autograd/ops/distributions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/special.hpp>
#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// ---- Functions of one number each

void check_real(DType dtype) {
  require<DTypeError>(is_floating(dtype), "given {}; needs float32 or float64", dtype);
}

/// f of each of the numbers that `draw()` makes in float64.
template <class Draw, class F>
Tensor transformed(const TensorOptions& options, Draw draw, F f) {
  check_real(options.dtype);
  Tensor x = draw();
  for (double& value : x.mutable_span<double>()) value = f(value);
  return x.to(options.dtype).requires_grad_(options.requires_grad);
}

/// f of numbers uniform in [0, 1), with 53 random bits whatever the dtype.
template <class F>
Tensor of_uniform(const Shape& shape, const TensorOptions& options, Generator* generator, F f) {
  return transformed(
      options, [&] { return rand(shape, {.dtype = float64}, generator); }, f);
}

/// ---- Numbers that take an uncertain count of others

/// As many numbers uniform in (0, 1] as element i asks for: a share of the call's words that is its own.
class Uniforms {
 public:
  Uniforms(const RandomCall& call, std::int64_t i)
      : call_(call), block_(static_cast<std::uint64_t>(i) << 24) {}

  double operator()() {
    if (used_ == words_.size()) {
      call_.blocks(block_++, words_);
      used_ = 0;
    }
    const std::uint64_t bits = words_[used_] | std::uint64_t{words_[used_ + 1]} << 32;
    used_ += 2;
    return static_cast<double>((bits >> 11) + 1) * 0x1p-53;
  }

 private:
  const RandomCall& call_;
  std::uint64_t block_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

constexpr double few = 10;  ///< expected events up to which they are counted one by one

double log_factorial(double n) { return kernels::lgamma(n + 1); }

double poisson_of(double rate, Uniforms& uniform) {
  if (rate < few) {
    double events = -1, time = 0;
    for (; time <= rate; ++events) time -= std::log(uniform());
    return events;
  }
  // PTRS, with the paper's names.
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - std::abs(u);
    if (us == 0) continue;
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= k * std::log(rate) - rate - log_factorial(k))
      return k;
  }
}

/// For p <= 1/2.
double binomial_of(double n, double p, Uniforms& uniform) {
  if (p == 0) return 0;
  if (n * p < few) {
    double successes = -1, trials = 0;
    for (; trials <= n; ++successes) trials += std::max(std::ceil(std::log(uniform()) / std::log1p(-p)), 1.0);
    return successes;
  }
  // BTRS, likewise.
  const double spq = std::sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * spq, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double alpha = (2.83 + 5.1 / b) * spq, v_r = 0.92 - 4.2 / b, m = std::floor((n + 1) * p);
  const auto log_likelihood = [&](double k) {
    return k * std::log(p / (1 - p)) - log_factorial(k) - log_factorial(n - k);
  };
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - std::abs(u);
    if (us == 0) continue;
    const double k = std::floor((2 * a / us + b) * u + n * p + 0.5);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > n) continue;
    if (std::log(v * alpha / (a / (us * us) + b)) <= log_likelihood(k) - log_likelihood(m)) return k;
  }
}

/// f(i, uniforms) for each of the elements of `like`.
template <class F>
Tensor drawn(const Tensor& like, Generator* generator, F f) {
  const Tensor y = empty(like.shape(), float64);
  const RandomCall call = (generator != nullptr ? *generator : default_generator()).next_call();
  double* const out = y.mutable_data<double>();
  kernels::parallel_for(y.numel(), kernels::chunk_for(100), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Uniforms uniform(call, i);
      out[i] = f(i, uniform);
    }
  });
  return y.to(like.dtype());
}

/// The values, row-major.
Tensor values_of(const Tensor& x) {
  check_real(x.dtype());
  return x.detach().to(float64).contiguous();
}

}  // namespace

Tensor exponential(const Shape& shape, double rate, const TensorOptions& options, Generator* generator,
                   SourceLocation at) {
  const OpScope scope("exponential", at);
  require(rate > 0, "a rate of {} was given; it must be above 0", rate);
  return of_uniform(shape, options, generator, [=](double u) { return -std::log1p(-u) / rate; });
}

Tensor log_normal(const Shape& shape, double mean, double std, const TensorOptions& options,
                  Generator* generator, SourceLocation at) {
  const OpScope scope("log_normal", at);
  return transformed(
      options, [&] { return normal(shape, mean, std, {.dtype = float64}, generator); },
      [](double x) { return std::exp(x); });
}

Tensor cauchy(const Shape& shape, double median, double scale, const TensorOptions& options,
              Generator* generator, SourceLocation at) {
  const OpScope scope("cauchy", at);
  require(scale > 0, "a scale of {} was given; it must be above 0", scale);
  return of_uniform(shape, options, generator,
                    [=](double u) { return median + scale * std::tan(std::numbers::pi * (u - 0.5)); });
}

Tensor geometric(double p, const Shape& shape, const TensorOptions& options, Generator* generator,
                 SourceLocation at) {
  const OpScope scope("geometric", at);
  require(p > 0 && p <= 1, "a probability of {} was given; it must lie in (0, 1]", p);
  return of_uniform(shape, options, generator,
                    [=](double u) { return std::floor(std::log1p(-u) / std::log1p(-p)) + 1; });
}

Tensor poisson(const Tensor& rates, Generator* generator, SourceLocation at) {
  const OpScope scope("poisson", at);
  const Tensor values = values_of(rates);
  const auto rate = values.span<double>();
  for (const double r : rate)
    require(r >= 0 && std::isfinite(r), "a rate of {} was given; it must be finite and not negative", r);
  return drawn(rates, generator, [&](std::int64_t i, Uniforms& uniform) {
    return poisson_of(rate[static_cast<std::size_t>(i)], uniform);
  });
}

Tensor binomial(const Tensor& count, const Tensor& p, Generator* generator, SourceLocation at) {
  const OpScope scope("binomial", at);
  match(count, p);
  const Shape shape = broadcast(count.shape(), p.shape());
  const Tensor counts = values_of(expand(count, shape)), odds = values_of(expand(p, shape));
  const auto n = counts.span<double>(), share = odds.span<double>();
  for (std::size_t i = 0; i < n.size(); ++i) {
    require(n[i] >= 0 && n[i] == std::floor(n[i]) && std::isfinite(n[i]),
            "a count of {} was given; it must be whole, finite and not negative", n[i]);
    require(share[i] >= 0 && share[i] <= 1, "a probability of {} was given; it must lie in [0, 1]", share[i]);
  }
  return drawn(expand(count, shape), generator, [&](std::int64_t i, Uniforms& uniform) {
    const auto place = static_cast<std::size_t>(i);
    const double trials = n[place], q = share[place];
    return q <= 0.5 ? binomial_of(trials, q, uniform) : trials - binomial_of(trials, 1 - q, uniform);
  });
}

}  // namespace gradus
