#include <algorithm>
#include <cmath>
#include <optional>

#include <gradus/autograd/gradcheck/conduct.hpp>
#include <gradus/autograd/gradcheck/pattern.hpp>

namespace gradus::detail {

namespace {

using Bug = GradcheckBug;
using Finding = std::optional<GradcheckDiagnosis>;

Finding found(Bug bug, std::string text) { return GradcheckDiagnosis{bug, {}, std::move(text), 1}; }

/// Names a number that is the size of something at hand, or 1 over it.
std::string explain(double factor, const Subject& subject) {
  for (const auto* blocks : {&subject.variables(), &subject.outputs()})
    for (const Block& block : *blocks) {
      std::vector<std::pair<double, std::string>> sizes;
      for (std::size_t d = 0; d < block.shape.size(); ++d)
        sizes.emplace_back(static_cast<double>(block.shape[d]),
                           fmt::format("the size of dimension {} of {}", d, block.name));
      sizes.emplace_back(static_cast<double>(block.size), "the number of elements of " + block.name);
      for (const auto& [size, what] : sizes) {
        if (size <= 1) continue;
        if (std::abs(factor - size) < 1e-6 * size)
          return fmt::format("; {:g} is {}: a mean differentiated like a sum, or a sum taken twice", size,
                             what);
        if (std::abs(factor * size - 1) < 1e-6)
          return fmt::format("; {:g} is {}: a sum differentiated like a mean, or a mean taken twice", size,
                             what);
      }
    }
  return "";
}

Finding zero_or_spurious(const Pattern& p) {
  if (p.all([](double a, double) { return a == 0; }))
    return found(
        Bug::missing_dependence,
        "the gradient is zero, but the output depends on it (a derivative left out, or a value detached)");
  if (p.all([&](double a, double n) { return std::abs(n) <= 1e-7 * (std::abs(a) + p.magnitude()); }))
    return found(Bug::spurious_dependence, "there is a gradient, but the output does not depend on it");
  return {};
}

Finding not_finite(const Pattern& p) {
  if (!p.any_differing([](double a, double n) { return !std::isfinite(a) && std::isfinite(n); })) return {};
  return found(Bug::not_finite, "the gradient is not finite where the derivative is");
}

Finding constant_factor(const Pattern& p, const Subject& subject) {
  const double factor = p.factor();
  const auto scaled = [&](std::int64_t i, std::int64_t j) { return factor * p.numeric(i, j); };
  if (!std::isfinite(factor) || !p.is(scaled)) return {};
  if (std::abs(factor - 1) < 1e-6)
    return found(Bug::single_precision,
                 fmt::format("relative error {:.1g}: a constant or an intermediate value in float32",
                             std::abs(factor - 1)));
  GradcheckDiagnosis d{Bug::constant_factor, {}, {}, factor};
  if (std::abs(factor + 1) < 1e-6) {
    d.bug = Bug::wrong_sign;
    d.text = "the derivative has the wrong sign";
  } else {
    d.text = fmt::format("the derivative is {:.6g} times what it should be{}", factor,
                         explain(std::abs(factor), subject));
  }
  return d;
}

Finding single_precision(const Pattern& p) {
  if (!p.is([&](std::int64_t i, std::int64_t j) { return p.numeric(i, j); }, 5e-7)) return {};
  return found(Bug::single_precision,
               "relative errors below 5e-7: a constant or an intermediate value in float32");
}

Finding upstream(const Pattern& p) {
  if (p.output().size < 2) return {};
  std::vector<double> sums;
  for (std::int64_t j = 0; j < p.variable().size; ++j) {
    double sum = 0;
    for (std::int64_t i = 0; i < p.output().size; ++i) sum += p.numeric(i, j);
    sums.push_back(sum);
  }
  if (!p.is([&](std::int64_t, std::int64_t j) { return sums[static_cast<std::size_t>(j)]; })) return {};
  return found(Bug::upstream_ignored,
               "each output's gradient is that of the sum of all: the derivative is not "
               "multiplied by the incoming gradient");
}

Finding swapped(const Pattern& p, const Subject& subject, const Jacobian& jacobian) {
  for (const Block& other : subject.variables())
    if (other.begin != p.variable().begin && other.size == p.variable().size &&
        p.is([&](std::int64_t i, std::int64_t j) {
          return jacobian.numeric[jacobian.at(p.output().begin + i, other.begin + j)];
        }))
      return found(Bug::swapped_inputs, fmt::format("this is the derivative by {}", other.name));
  for (const Block& other : subject.outputs())
    if (other.begin != p.output().begin && other.size == p.output().size &&
        p.is([&](std::int64_t i, std::int64_t j) {
          return jacobian.numeric[jacobian.at(other.begin + i, p.variable().begin + j)];
        }))
      return found(Bug::swapped_outputs, fmt::format("this is the derivative of {}", other.name));
  return {};
}

/// The right numbers at other places, of the variable or of the incoming gradient.
Finding moved(const Pattern& p) {
  for (const Map& map : maps(p.variable().shape))
    if (p.is([&](std::int64_t i, std::int64_t j) {
          return p.numeric(i, map.to[static_cast<std::size_t>(j)]);
        }))
      return found(map.bug, fmt::format("the gradient of {} is {}", p.variable().name, map.text));
  for (const Map& map : maps(p.output().shape))
    if (p.is([&](std::int64_t i, std::int64_t j) {
          return p.numeric(map.to[static_cast<std::size_t>(i)], j);
        }))
      return found(map.bug, fmt::format("the incoming gradient of {} is {}", p.output().name, map.text));
  if (p.output().size == p.variable().size &&
      p.is([&](std::int64_t i, std::int64_t j) { return p.numeric(j, i); }))
    return found(Bug::transposed,
                 "the incoming gradient is multiplied by the Jacobian, not by its transpose");
  return {};
}

/// Only one slice of the output contributes.
Finding missing_sum(const Pattern& p) {
  const Shape& shape = p.output().shape;
  for (std::size_t d = 0; d < shape.size(); ++d)
    for (const std::int64_t kept : {std::int64_t{0}, shape[d] - 1})
      if (shape[d] > 1 && p.is([&](std::int64_t i, std::int64_t j) {
            return unravel(i, shape)[d] == kept ? p.numeric(i, j) : 0.0;
          }))
        return found(
            Bug::missing_sum,
            fmt::format("only index {} of dimension {} of {} contributes: the sum over that dimension is "
                        "missing",
                        kept, d, p.output().name));
  return {};
}

/// Off by a factor that is the variable, another input or an output, at the place of row or column.
Finding extra_factor(const Pattern& p, const Subject& subject, const Values& values) {
  const auto known = [&](auto&& factor, const std::string& name) -> Finding {
    if (p.is([&](std::int64_t i, std::int64_t j) { return p.numeric(i, j) * factor(i, j); }))
      return found(Bug::extra_factor, fmt::format("it is multiplied by {} once too often", name));
    if (p.is([&](std::int64_t i, std::int64_t j) { return p.numeric(i, j) / factor(i, j); }))
      return found(Bug::extra_factor, fmt::format("a factor {} is missing", name));
    return {};
  };
  for (const Block& v : subject.variables()) {
    if (v.size == p.variable().size)
      if (auto d = known([&](std::int64_t, std::int64_t j) { return subject.x(v.begin + j); }, v.name))
        return d;
    if (v.size == p.output().size)
      if (auto d = known([&](std::int64_t i, std::int64_t) { return subject.x(v.begin + i); }, v.name))
        return d;
  }
  for (const Block& y : subject.outputs())
    if (y.size == p.output().size)
      if (auto d = known(
              [&](std::int64_t i, std::int64_t) { return values[static_cast<std::size_t>(y.begin + i)]; },
              y.name))
        return d;
  return {};
}

/// For a function of one element at a time: the derivative taken at the output, as when that was written
/// over the saved input.
Finding stale(const Pattern& p, const Subject& subject, const Values& values) {
  const Block &x = p.variable(), &y = p.output();
  if (x.shape != y.shape) return {};
  Direction to_output, aside;
  constexpr double h = 0x1p-16;
  for (std::int64_t j = 0; j < x.size; ++j) {
    to_output.emplace_back(x.begin + j,
                           values[static_cast<std::size_t>(y.begin + j)] - subject.x(x.begin + j));
    aside.emplace_back(x.begin + j, to_output.back().second + h);
  }
  const Values at = subject.values(to_output, 1), beside = subject.values(aside, 1);
  const auto there = [&](std::int64_t i, std::int64_t j) {
    const auto k = static_cast<std::size_t>(y.begin + i);
    return i == j ? (beside[k] - at[k]) / h : 0.0;
  };
  if (!p.is(there, 1e-3)) return {};
  return found(Bug::stale_value,
               fmt::format("it is the derivative at {} instead of at {}: the saved value was "
                           "changed in place, or the wrong one was saved",
                           y.name, x.name));
}

/// Every row, or every column, holds the right numbers in another order.
Finding misplaced(const Pattern& p) {
  const auto permuted = [&](std::int64_t lines, std::int64_t length, auto&& analytic, auto&& numeric) {
    for (std::int64_t l = 0; l < lines; ++l) {
      Values a, n;
      for (std::int64_t k = 0; k < length; ++k) a.push_back(analytic(l, k)), n.push_back(numeric(l, k));
      std::sort(a.begin(), a.end());
      std::sort(n.begin(), n.end());
      for (std::size_t k = 0; k < a.size(); ++k)
        if (!(std::abs(a[k] - n[k]) <= 1e-6 * p.magnitude())) return false;
    }
    return true;
  };
  const std::int64_t m = p.output().size, n = p.variable().size;
  const auto a = [&](auto i, auto j) { return p.analytic(i, j); };
  const auto b = [&](auto i, auto j) { return p.numeric(i, j); };
  const auto transposed = [](auto f) { return [f](auto j, auto i) { return f(i, j); }; };
  if ((n > 1 && permuted(m, n, a, b)) || (m > 1 && permuted(n, m, transposed(a), transposed(b))))
    return found(Bug::misplaced,
                 "the right numbers stand at the wrong elements: dimensions or indices are mixed up");
  return {};
}

/// The differing elements all stand at one index of a dimension.
Finding some_elements(const Pattern& p) {
  const bool zero = !p.any_differing([](double a, double) { return a != 0; });
  for (const bool of_variable : {true, false}) {
    const Block& block = of_variable ? p.variable() : p.output();
    for (std::size_t d = 0; d < block.shape.size(); ++d) {
      if (block.shape[d] < 2) continue;
      std::optional<std::int64_t> only;
      bool one = true;
      p.each_differing([&](std::int64_t i, std::int64_t j) {
        const std::int64_t index = unravel(of_variable ? j : i, block.shape)[d];
        one = one && (!only || *only == index);
        only = index;
      });
      if (one && only)
        return found(
            zero ? Bug::missing_dependence : Bug::some_elements,
            fmt::format("{} only where index {} of {} is {}", zero ? "zero" : "wrong", d, block.name, *only));
    }
  }
  if (zero) return found(Bug::missing_dependence, "the gradient is zero at elements where it should not be");
  return {};
}

GradcheckDiagnosis cause(const Pattern& p, const Subject& subject, const Jacobian& jacobian,
                         const Values& values) {
  Finding d = not_finite(p);
  if (!d) d = single_precision(p);
  const Finding factor = constant_factor(p, subject);
  if (!d && factor && factor->bug == Bug::wrong_sign) d = factor;  // simpler than the other's of an a - b
  if (!d) d = swapped(p, subject, jacobian);
  if (!d) d = zero_or_spurious(p);
  if (!d) d = factor;
  if (!d) d = upstream(p);
  if (!d) d = moved(p);
  if (!d) d = missing_sum(p);
  if (!d) d = extra_factor(p, subject, values);
  if (!d) d = stale(p, subject, values);
  if (!d) d = misplaced(p);
  if (!d) d = some_elements(p);
  if (!d) d = found(Bug::unknown, "none of the known mistakes explains it");
  d->where = fmt::format("d {} / d {}", p.output().name, p.variable().name);
  return *d;
}

}  // namespace

void diagnose(const Subject& subject, const Jacobian& jacobian, GradcheckReport& report) {
  if (report.failed == 0) return;
  const bool explained = !report.diagnoses.empty();
  const Values values = subject.values();
  std::vector<GradcheckDiagnosis> vague;
  for (const Block& output : subject.outputs())
    for (const Block& variable : subject.variables()) {
      const Pattern pattern(jacobian, output, variable);
      if (!pattern.any_differing([](double, double) { return true; })) continue;
      GradcheckDiagnosis d = cause(pattern, subject, jacobian, values);
      if (d.bug == Bug::upstream_ignored && report.names(d.bug)) continue;
      const bool is_vague = d.bug == Bug::unknown || d.bug == Bug::some_elements || d.bug == Bug::misplaced;
      (is_vague ? vague : report.diagnoses).push_back(std::move(d));
    }
  // What is clear probably explains the rest.
  if (!explained && report.diagnoses.empty()) report.diagnoses = std::move(vague);
}

}  // namespace gradus::detail
