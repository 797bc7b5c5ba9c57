#include "support/catch.hpp"
#include "support/isa.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <vector>

#include <gradus/autograd/kernels/math.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/power.hpp>
#include <gradus/autograd/kernels/turns.hpp>

namespace gradus::math_test {
namespace math = kernels::math;

namespace {

/// How far `found` is from `exact`, in units in the last place of the nearest float32; infinite where one is
/// NaN, infinite or a zero of another sign and the other is not.
double distance(float found, double exact) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  const auto nearest = static_cast<float>(exact);
  if (std::isnan(nearest) || std::isnan(found)) return std::isnan(nearest) == std::isnan(found) ? 0 : wrong;
  if (std::isinf(nearest) || std::isinf(found)) return nearest == found ? 0 : wrong;
  if (exact == 0) return found == 0 && std::signbit(found) == std::signbit(nearest) ? 0 : wrong;
  const double unit = std::ldexp(1.0, std::max(std::ilogb(exact) - 23, -149));
  return std::abs(static_cast<double>(found) - exact) / unit;
}

/// Arguments at which formulas change or end: zeros, ones, the edges of the normal and of all numbers, and
/// the neighbours of where results overflow, vanish or are pieced together.
std::vector<float> corners() {
  using Limits = std::numeric_limits<float>;
  std::vector<float> all{0, Limits::infinity(), Limits::quiet_NaN(), Limits::denorm_min(), Limits::max()};
  for (const float x : {Limits::min(), 0x1p-25F,    0x1p-12F,    0.78539816F,
                        1.57079633F,   3.14159265F, 102943.7F,   16367173.0F * 0x1p72F,
                        0x1p-24F,      0.5F,        0.625F,      0.70710678F,
                        0.92773438F,   1.0F,        1.41421356F, 4.0F,
                        10.0F,         16.0F,       20.0F,       87.3365F,
                        88.72284F,     89.0F,       103.97208F,  104.0F,
                        0x1p23F,       0x1p24F})
    for (const float y : {std::nextafter(x, 0.0F), x, std::nextafter(x, Limits::max())}) all.push_back(y);
  for (std::size_t i = 0, n = all.size(); i < n; ++i) all.push_back(-all[i]);
  return all;
}

/// The largest distance over `x`, by a loop that is vectorised.
template <class F, class G>
double worst_of(const std::vector<float>& x, F f, G exact) {
  std::vector<float> y(x.size());
  kernels::vectorized([n = x.size(), f, in = x.data(), out = y.data()] {
    for (std::size_t i = 0; i < n; ++i) out[i] = f(in[i]);
  });
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, distance(y[i], exact(static_cast<double>(x[i]))));
  return largest;
}

/// The largest distance over the corners and all float32 numbers, or every 1021st of them unless
/// GRADUS_EVERY_FLOAT is set: every exponent and sign is met either way.
template <class F, class G>
double worst(F f, G exact) {
  const std::uint64_t step = std::getenv("GRADUS_EVERY_FLOAT") != nullptr ? 1 : 1021;
  constexpr std::uint64_t all = std::uint64_t{1} << 32U;
  std::atomic<double> largest = worst_of(corners(), f, exact);
  const auto count = static_cast<std::int64_t>((all + step - 1) / step);
  kernels::parallel_for(count, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> x(static_cast<std::size_t>(end - begin));
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::bit_cast<float>(static_cast<std::uint32_t>((static_cast<std::uint64_t>(begin) + i) * step));
    const double here = worst_of(x, f, exact);
    for (double seen = largest; here > seen && !largest.compare_exchange_weak(seen, here);) {
    }
  });
  return largest;
}

}  // namespace

TEST_CASE("elementary functions of float32 are right to two units in the last place, everywhere",
          "[autograd][math]") {
  const test::UseIsa use(GENERATE(from_range(test::available_isas())));
  CAPTURE(kernels::to_string(kernels::isa()));
  CHECK(worst([](float x) { return math::exp(x); }, [](double x) { return std::exp(x); }) < 1.1);
  CHECK(worst([](float x) { return math::expm1(x); }, [](double x) { return std::expm1(x); }) < 1.7);
  CHECK(worst([](float x) { return math::log(x); }, [](double x) { return std::log(x); }) < 1.0);
  CHECK(worst([](float x) { return math::log1p(x); }, [](double x) { return std::log1p(x); }) < 1.5);
  CHECK(worst([](float x) { return math::tanh(x); }, [](double x) { return std::tanh(x); }) < 1.5);
  CHECK(worst([](float x) { return math::erf(x); }, [](double x) { return std::erf(x); }) < 1.3);
  CHECK(worst([](float x) { return math::erfc(x); }, [](double x) { return std::erfc(x); }) < 9);
  const auto bell = [](double x) { return std::exp(-0.5 * x * x); };
  CHECK(worst([](float x) { return math::ndtr(x); },
              [](double x) { return 0.5 * std::erfc(x * (-1 / std::numbers::sqrt2)); }) < 8);
  CHECK(worst([](float x) { return math::normal_density(x) * 2.50662827F; }, bell) < 4);
  CHECK(worst([](float x) { return math::sin(x); }, [](double x) { return std::sin(x); }) < 0.6);
  CHECK(worst([](float x) { return math::cos(x); }, [](double x) { return std::cos(x); }) < 0.6);
  CHECK(worst([](float x) { return math::tan(x); }, [](double x) { return std::tan(x); }) < 0.6);
  CHECK(worst([](float x) { return math::sigmoid(x); },
              [](double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }) <
        2.5);
}

TEST_CASE("sine, cosine and tangent of moderate arguments have the same bits without the table",
          "[autograd][math]") {
  constexpr math::Range moderate = math::Range::moderate;
  for (const float x : corners()) {
    if (!(std::abs(x) < 0x1p24F)) continue;
    CAPTURE(x);
    const auto bits = [](float y) { return std::bit_cast<std::uint32_t>(y); };
    CHECK(bits(math::sin(x)) == bits(math::sin<moderate>(x)));
    CHECK(bits(math::cos(x)) == bits(math::cos<moderate>(x)));
    CHECK(bits(math::tan(x)) == bits(math::tan<moderate>(x)));
  }
}

TEST_CASE("powers of float32 are right to a unit in the last place", "[autograd][math]") {
  const test::UseIsa use(GENERATE(from_range(test::available_isas())));
  CAPTURE(kernels::to_string(kernels::isa()));
  const auto against = [](const std::vector<float>& bases, float y) {
    return worst_of(
        bases, [y](float x) { return math::pow(x, y); },
        [y](double x) { return std::pow(x, static_cast<double>(y)); });
  };
  const std::vector<float> bases = corners();
  double largest = 0;
  for (const float y : corners()) largest = std::max(largest, against(bases, y));
  for (const float y : {3.0F, -3.0F, 7.0F, 1000.0F, -0.3F, 2.5F, -150.0F, 8388609.0F, 16777217.0F, 0x1p100F})
    largest = std::max(largest, against(bases, y));
  std::vector<float> all;  // of any sign and exponent
  for (std::uint32_t i = 0; i < 10007; ++i) all.push_back(std::bit_cast<float>(i * 429193U));
  for (std::uint32_t i = 0; i < 999; ++i) largest = std::max(largest, against(all, all[i * 10]));
  CHECK(largest < 0.6);
}

}  // namespace gradus::math_test
