#include <gradus/autograd/gradcheck/jacobian.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::detail {

namespace {

const Block& block_of(const std::vector<Block>& blocks, std::int64_t position) {
  return *std::find_if(blocks.begin(), blocks.end(), [&](const Block& b) { return position < b.end(); });
}

void pull_rows(const Subject& subject, Jacobian& jacobian) {
  const std::vector<Tensor> recorded = subject.record();
  Values one_hot(static_cast<std::size_t>(jacobian.rows), 0.0);
  for (std::int64_t i = 0; i < jacobian.rows; ++i) {
    one_hot[static_cast<std::size_t>(i)] = 1;
    const Values row = subject.pull(recorded, one_hot, true);
    std::copy(row.begin(), row.end(), jacobian.analytic.begin() + i * jacobian.columns);
    one_hot[static_cast<std::size_t>(i)] = 0;
  }
}

/// For each value the largest analytic derivative of its output with respect to this variable.
Values magnitudes(const Subject& subject, const Jacobian& jacobian, const Block& variable) {
  Values all(static_cast<std::size_t>(jacobian.rows), 0.0);
  for (const Block& output : subject.outputs()) {
    double largest = 0;
    for (std::int64_t i = output.begin; i < output.end(); ++i)
      for (std::int64_t j = variable.begin; j < variable.end(); ++j) {
        const double a = std::abs(jacobian.analytic[jacobian.at(i, j)]);
        if (std::isfinite(a)) largest = std::max(largest, a);
      }
    std::fill(all.begin() + output.begin, all.begin() + output.end(), largest);
  }
  return all;
}

void note(const Subject& subject, std::int64_t i, std::int64_t j, double analytic, const Verdict& v,
          const GradcheckOptions& options, GradcheckReport& report) {
  // Most elements agree better than those that are kept: no entry is made for them.
  const bool full = report.worst.size() >= options.k_worst;
  if (v.ok() && !v.at_kink && full &&
      (options.k_worst == 0 || !report.worst.back().ok() ||
       v.error * report.worst.back().tolerance <= report.worst.back().error * v.tolerance)) {
    ++report.checked;
    return;
  }
  report.add(element_of(subject, i, j, analytic, v), options.k_worst);
}

}  // namespace

GradcheckElement element_of(const Subject& subject, std::int64_t i, std::int64_t j, double analytic,
                            const Verdict& verdict) {
  const Block& output = block_of(subject.outputs(), i);
  const Block& variable = block_of(subject.variables(), j);
  return {.output = static_cast<std::size_t>(&output - subject.outputs().data()),
          .output_name = output.name,
          .output_index = unravel(i - output.begin, output.shape),
          .input = static_cast<std::size_t>(&variable - subject.variables().data()),
          .input_name = variable.name,
          .input_index = unravel(j - variable.begin, variable.shape),
          .analytic = analytic,
          .numeric = verdict.numeric,
          .error = verdict.error,
          .tolerance = verdict.tolerance,
          .at_kink = verdict.at_kink,
          .left = verdict.left,
          .right = verdict.right};
}

Jacobian compare_all(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report) {
  Jacobian jacobian{subject.output_count(), subject.variable_count(), {}, {}, {}};
  const auto entries = static_cast<std::size_t>(jacobian.rows * jacobian.columns);
  jacobian.analytic.resize(entries);
  jacobian.numeric.resize(entries);
  jacobian.states.resize(entries, Jacobian::State::agrees);
  if (entries == 0) return jacobian;
  pull_rows(subject, jacobian);

  const Values base = subject.values();
  Values analytic(base.size()), rounding(base.size());
  for (const Block& variable : subject.variables()) {
    const Values magnitude = magnitudes(subject, jacobian, variable);
    for (std::int64_t j = variable.begin; j < variable.end(); ++j) {
      const double scale = subject.scale(j);
      for (std::size_t i = 0; i < base.size(); ++i) {
        analytic[i] = jacobian.analytic[jacobian.at(static_cast<std::int64_t>(i), j)];
        rounding[i] = 2 * std::numeric_limits<double>::epsilon() * (std::abs(base[i]) + magnitude[i] * scale);
      }
      const Direction direction{{j, 1.0}};
      const Along along = [&](double t) { return subject.values(direction, t); };
      const std::vector<Verdict> verdicts =
          judge({along, base, analytic, magnitude, rounding, scale}, options);
      for (std::size_t i = 0; i < base.size(); ++i) {
        const Verdict& v = verdicts[i];
        const std::size_t entry = jacobian.at(static_cast<std::int64_t>(i), j);
        jacobian.numeric[entry] = v.numeric;
        jacobian.states[entry] = !v.ok()     ? Jacobian::State::differs
                                 : v.at_kink ? Jacobian::State::at_kink
                                             : Jacobian::State::agrees;
        note(subject, static_cast<std::int64_t>(i), j, analytic[i], v, options, report);
      }
    }
  }
  return jacobian;
}

}  // namespace gradus::detail
