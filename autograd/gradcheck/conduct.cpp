#include <gradus/autograd/gradcheck/conduct.hpp>

#include <algorithm>
#include <cmath>
#include <random>

#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same(const Values& a, const Values& b) { return std::equal(a.begin(), a.end(), b.begin(), same_number); }

Values random_values(std::int64_t count, std::mt19937_64& random) {
  Values all(static_cast<std::size_t>(count));
  for (double& one : all) one = static_cast<double>(random() >> 11) * 0x1p-52 - 1;
  return all;
}

double largest(const Values& all) {
  double most = 0;
  for (const double x : all)
    if (std::isfinite(x)) most = std::max(most, std::abs(x));
  return most;
}

/// A gradient that cancels to nothing is rounding: of numbers of the size of 1, or of the values.
bool close(const Values& a, const Values& b, double scale) {
  return std::equal(a.begin(), a.end(), b.begin(),
                    [&](double x, double y) { return same_number(x, y) || std::abs(x - y) <= 1e-9 * scale; });
}

void add(GradcheckReport& report, GradcheckBug bug, std::string text, std::string where = {}) {
  report.diagnoses.push_back({bug, std::move(where), std::move(text)});
}

Values positions(const Subject& subject) {
  Values all;
  for (std::int64_t j = 0; j < subject.variable_count(); ++j) all.push_back(subject.x(j));
  return all;
}

/// A step that moves every variable a little.
Direction little_step(const Subject& subject) {
  Direction all;
  for (std::int64_t j = 0; j < subject.variable_count(); ++j)
    all.emplace_back(j, subject.scale(j) * (j % 2 == 0 ? 0x1p-9 : -0x1p-10));
  return all;
}

}  // namespace

bool check_repeats(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report) {
  std::mt19937_64 random(options.seed);
  const Values before = positions(subject), first = subject.values();
  if (!same(before, positions(subject))) {
    add(report, GradcheckBug::stale_value, "the function changes its inputs in place");
    return false;
  }
  if (!same(first, subject.values())) {
    add(report, GradcheckBug::not_deterministic,
        "two calls on the same inputs give different values; if the function draws random numbers, seed them "
        "within it");
    return false;
  }
  const Values incoming = random_values(subject.output_count(), random);
  const std::vector<Tensor> recorded = subject.record();
  const Values gradient = subject.pull(recorded, incoming);
  const bool once_only = !same(gradient, subject.pull(recorded, incoming));
  if (once_only && same(gradient, subject.pull(subject.record(), incoming))) {
    add(report, GradcheckBug::stale_value,
        "a second backward through the same graph gives other gradients: the first one changes what was "
        "saved");
    return false;
  }
  const std::vector<Tensor> earlier = subject.record();
  subject.values(little_step(subject), 1);
  const bool overwritten = !same(gradient, subject.pull(earlier, incoming));
  if (once_only || !same(gradient, subject.pull(subject.record(), incoming))) {
    add(report, GradcheckBug::not_deterministic,
        "the values are the same in two calls on the same inputs, but the gradients differ");
    return false;
  }
  if (overwritten)
    add(report, GradcheckBug::stale_value,
        "a later call on other inputs overwrites what an earlier one saved for its derivative");
  return true;
}

void check_linear(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report) {
  std::mt19937_64 random(options.seed + 1);
  const std::vector<Tensor> recorded = subject.record();
  const Values u = random_values(subject.output_count(), random),
               v = random_values(subject.output_count(), random);
  Values both(u.size());
  for (std::size_t i = 0; i < u.size(); ++i) both[i] = u[i] + 2 * v[i];
  const double rounding = 1e-4 * (1 + largest(subject.values()));
  const Values from_u = subject.pull(recorded, u), from_v = subject.pull(recorded, v),
               from_both = subject.pull(recorded, both);
  for (const Block& variable : subject.variables()) {
    const auto part = [&](const Values& all) {
      return Values(all.begin() + variable.begin, all.begin() + variable.end());
    };
    const Values a = part(from_u), b = part(from_v), c = part(from_both);
    Values sum(a.size());
    for (std::size_t j = 0; j < a.size(); ++j) sum[j] = a[j] + 2 * b[j];
    const double scale = largest(a) + largest(b) + largest(c) + rounding;
    if (close(sum, c, scale) ||
        !std::all_of(sum.begin(), sum.end(), [](double x) { return std::isfinite(x); }))
      continue;
    if (close(a, b, scale) && close(a, c, scale))
      add(report, GradcheckBug::upstream_ignored, "the gradient is the same whatever gradient comes in",
          "the gradient of " + variable.name);
    else
      add(report, GradcheckBug::not_linear,
          "the gradient for a sum of incoming gradients is not the sum of the gradients for each",
          "the gradient of " + variable.name);
  }
  if (subject.outputs().size() < 2) return;
  for (const Block& output : subject.outputs()) {
    Values only(u.size(), 0.0);
    std::copy(u.begin() + output.begin, u.begin() + output.end(), only.begin() + output.begin);
    const Values absent = subject.pull(recorded, only, true), zeros = subject.pull(recorded, only, false);
    if (!close(absent, zeros, largest(zeros) + rounding))
      add(report, GradcheckBug::absent_gradient,
          fmt::format("when only {} has a gradient, the others do not act as if theirs were zero",
                      output.name));
  }
}

void check_float32(const Subject& subject, const InFloat32& function, const Jacobian* jacobian,
                   GradcheckReport& report) {
  const Values exact = subject.values();
  std::vector<Tensor> single;
  const NoGrad guard;
  try {
    for (const Tensor& y : function.f(function.inputs))
      if (y.defined() && is_floating(y.dtype())) single.push_back(y);
  } catch (const DTypeError& error) {
    add(report, GradcheckBug::wrong_dtype, fmt::format("in float32 the function throws: {}", error.what()));
    return;
  }
  constexpr double half_ulp = 0x1p-24;
  for (std::size_t k = 0; k < subject.outputs().size() && k < single.size(); ++k) {
    const Block& output = subject.outputs()[k];
    if (single[k].dtype() != float32) {
      add(report, GradcheckBug::wrong_dtype,
          fmt::format("the result is {} although the inputs are float32", single[k].dtype()), output.name);
      continue;
    }
    const std::vector<float> given = single[k].to_vector<float>();
    const Values wanted(exact.begin() + output.begin, exact.begin() + output.end());
    const double most = largest(wanted);
    const double ulp = most > 0 ? std::exp2(std::floor(std::log2(most)) - 23) : 0x1p-149;
    GradcheckPrecision precision{output.name, 0};
    bool imprecise = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double error = std::abs(static_cast<double>(given[i]) - wanted[i]);
      if (!std::isfinite(error)) continue;  // overflow of float32, or not finite in double either
      precision.worst_ulp = std::max(precision.worst_ulp, error / ulp);
      if (jacobian == nullptr) continue;
      double inherent = std::abs(wanted[i]) + most;
      for (std::int64_t j = 0; j < jacobian->columns; ++j)
        inherent += std::abs(
            jacobian->analytic[jacobian->at(output.begin + static_cast<std::int64_t>(i), j)] * subject.x(j));
      imprecise = imprecise || error > 64 * half_ulp * inherent;
    }
    report.precision.push_back(precision);
    if (imprecise)
      add(report, GradcheckBug::imprecise_float32,
          fmt::format(
              "off by up to {:.3g} units in the last place, more than rounding of the inputs explains",
              precision.worst_ulp),
          output.name);
  }
}

}  // namespace gradus::detail
