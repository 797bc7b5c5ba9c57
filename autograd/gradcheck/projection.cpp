#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include <gradus/autograd/gradcheck/jacobian.hpp>

namespace gradus::detail {

namespace {

constexpr int trials = 3;

/// A range of elements, of the variables or of the outputs.
struct Range {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
  Range first_half() const { return {begin, begin + size() / 2}; }
  Range second_half() const { return {begin + size() / 2, end}; }
};

double dot(const Values& a, const Values& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// One random pair of directions, of signs: a single wrong derivative always shows in <left, J right>.
class Projection {
 public:
  Projection(const Subject& subject, const GradcheckOptions& options, const Values& base,
             std::mt19937_64& random)
      : subject_(subject),
        options_(options),
        base_(base),
        recorded_(subject.record()),
        left_(signs(subject.output_count(), random)),
        right_(signs(subject.variable_count(), random)),
        gradient_(subject.pull(recorded_, left_)) {}

  Verdict of(const Range& variables) const { return verdict(variables, whole(), gradient_, nullptr); }
  double analytic(const Range& variables) const;
  /// The element that is to blame for a wrong projection onto `variables`.
  GradcheckElement blame(Range variables, double& analytic) const;

 private:
  using Cache = std::map<double, Values>;

  static Values signs(std::int64_t count, std::mt19937_64& random) {
    Values all(static_cast<std::size_t>(count));
    for (double& one : all) one = (random() & 1U) != 0 ? 1 : -1;
    return all;
  }
  Range whole() const { return {0, subject_.output_count()}; }
  Values masked(const Range& outputs) const {
    Values part(left_.size(), 0.0);
    std::copy(left_.begin() + outputs.begin, left_.begin() + outputs.end, part.begin() + outputs.begin);
    return part;
  }
  Direction direction(const Range& variables) const;
  Verdict verdict(const Range& variables, const Range& outputs, const Values& gradient, Cache* cache) const;

  const Subject& subject_;
  const GradcheckOptions& options_;
  const Values& base_;
  std::vector<Tensor> recorded_;
  Values left_, right_;
  Values gradient_;  // of <left, f>
};

Direction Projection::direction(const Range& variables) const {
  Direction all;
  for (std::int64_t j = variables.begin; j < variables.end; ++j)
    all.emplace_back(j, right_[static_cast<std::size_t>(j)] * subject_.scale(j));
  return all;
}

double Projection::analytic(const Range& variables) const {
  double sum = 0;
  for (const auto& [j, step] : direction(variables)) sum += step * gradient_[static_cast<std::size_t>(j)];
  return sum;
}

/// Judges <left within outputs, J right within variables>; `cache` keeps values by step.
Verdict Projection::verdict(const Range& variables, const Range& outputs, const Values& gradient,
                            Cache* cache) const {
  const Direction along = direction(variables);
  const Values part = masked(outputs);
  const Along f = [&](double t) -> Values {
    if (cache == nullptr) return {dot(part, subject_.values(along, t))};
    auto place = cache->find(t);
    if (place == cache->end()) place = cache->emplace(t, subject_.values(along, t)).first;
    return {dot(part, place->second)};
  };
  double analytic = 0, magnitude = 0, size = 0;
  for (const auto& [j, step] : along) {
    const double term = step * gradient[static_cast<std::size_t>(j)];
    analytic += term;
    magnitude += term * term;
  }
  for (std::int64_t i = outputs.begin; i < outputs.end; ++i)
    size += std::abs(base_[static_cast<std::size_t>(i)]);
  magnitude = std::sqrt(magnitude);
  const Values base{dot(part, base_)}, a{analytic}, m{magnitude},
      rounding{2 * std::numeric_limits<double>::epsilon() * (size + magnitude)};
  return judge({f, base, a, m, rounding, 1.0}, options_).front();
}

GradcheckElement Projection::blame(Range variables, double& analytic) const {
  const auto badness = [](const Verdict& v) {
    const double ratio = v.error / std::max(v.tolerance, std::numeric_limits<double>::min());
    return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
  };
  while (variables.size() > 1) {
    const Range first = variables.first_half(), second = variables.second_half();
    variables = badness(of(first)) >= badness(of(second)) ? first : second;
  }
  const auto j = static_cast<std::size_t>(variables.begin);
  Cache cache;  // the values along one element serve for all outputs
  Range outputs = whole();
  while (outputs.size() > 1) {
    const Range first = outputs.first_half(), second = outputs.second_half();
    const Verdict in_first = verdict(variables, first, subject_.pull(recorded_, masked(first)), &cache);
    const Verdict in_second = verdict(variables, second, subject_.pull(recorded_, masked(second)), &cache);
    outputs = badness(in_first) >= badness(in_second) ? first : second;
  }
  const Values gradient = subject_.pull(recorded_, masked(outputs));
  const Verdict v = verdict(variables, outputs, gradient, &cache);
  // The verdict is on a derivative along sign * scale times the sign of the output.
  const double sign = left_[static_cast<std::size_t>(outputs.begin)];
  const double step = right_[j] * subject_.scale(variables.begin) * sign;
  analytic = gradient[j] * sign;
  Verdict plain{v.numeric / step, v.error / std::abs(step), v.tolerance / std::abs(step),
                v.left / step,    v.right / step,           v.at_kink};
  return element_of(subject_, outputs.begin, variables.begin, analytic, plain);
}

/// What several projections of one variable's derivatives have in common.
GradcheckDiagnosis common_cause(const Subject& subject, const Block& variable, const Values& analytic,
                                const Values& numeric) {
  const auto all = [&](auto&& is) {
    for (std::size_t t = 0; t < analytic.size(); ++t)
      if (!is(analytic[t], numeric[t])) return false;
    return true;
  };
  GradcheckDiagnosis d;
  d.where = fmt::format("d {} / d {}", subject.outputs().size() == 1 ? subject.outputs()[0].name : "outputs",
                        variable.name);
  const double factor = dot(analytic, numeric) / dot(numeric, numeric);
  if (all([](double a, double) { return a == 0; })) {
    d.bug = GradcheckBug::missing_dependence;
    d.text = "the gradient is zero, but the output depends on it";
  } else if (all([](double a, double n) { return std::abs(n) <= 1e-9 * std::abs(a); })) {
    d.bug = GradcheckBug::spurious_dependence;
    d.text = "there is a gradient, but the output does not depend on it";
  } else if (all([&](double a, double n) { return std::abs(a - factor * n) <= 1e-6 * std::abs(a); })) {
    d.bug = std::abs(factor + 1) < 1e-6 ? GradcheckBug::wrong_sign : GradcheckBug::constant_factor;
    d.factor = factor;
    d.text = fmt::format("the derivative is {:.6g} times what it should be", factor);
  } else {
    d.text = "no factor explains the projections; check it without .fast at a smaller size";
  }
  return d;
}

}  // namespace

void compare_projections(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report) {
  report.fast = true;
  if (subject.output_count() == 0 || subject.variable_count() == 0) return;
  std::mt19937_64 random(options.seed);
  const Values base = subject.values();
  std::vector<Projection> projections;
  for (int t = 0; t < trials; ++t) projections.emplace_back(subject, options, base, random);
  for (const Block& variable : subject.variables()) {
    if (variable.size == 0) continue;
    const Range range{variable.begin, variable.end()};
    Values analytic, numeric;
    bool blamed = false;
    for (const Projection& projection : projections) {
      const Verdict v = projection.of(range);
      analytic.push_back(projection.analytic(range));
      numeric.push_back(v.numeric);
      ++report.checked;
      if (v.at_kink) ++report.at_kinks;
      if (v.ok()) continue;
      GradcheckElement element;
      if (!blamed) {
        double at_element = 0;
        element = projection.blame(range, at_element);
        blamed = !element.ok();
      }
      // Where many kinks are crossed the projection is only roughly known; no single element bears it out.
      const bool gross = !(v.error <= 1e-5 * (std::abs(v.numeric) + std::abs(analytic.back())));
      if (!blamed && !gross) continue;
      if (!element.ok()) {
        report.add(element, options.k_worst);
        --report.checked;  // it stands for the projection
      } else {
        ++report.failed;
      }
    }
    if (blamed) report.diagnoses.push_back(common_cause(subject, variable, analytic, numeric));
  }
}

}  // namespace gradus::detail
