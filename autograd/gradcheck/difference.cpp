#include <gradus/autograd/gradcheck/difference.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace gradus::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double quick_step = 0x1p-17;
// The largest of the three steps. Large ones have the smaller error where f is smooth, small ones stay on
// this side of a kink or of the edge of the domain.
constexpr std::array<double, 4> ladder{0x1p-6, 0x1p-10, 0x1p-14, 0x1p-17};

/// Values at three steps to one side, or both: [step].
using Triple = std::array<double, 3>;

struct Side {
  double slope, bar;
};

/// The one-sided derivative from quotients at h, h/2, h/4; infinite where they grow like a root's or a
/// jump's.
Side one_sided(const Triple& q) {
  if (!std::isfinite(q[0]) || !std::isfinite(q[1]) || !std::isfinite(q[2])) return {std::nan(""), infinity};
  if (std::abs(q[2]) > 1.2 * std::abs(q[1]) && std::abs(q[1]) > 1.2 * std::abs(q[0]) && q[1] * q[2] > 0 &&
      q[0] * q[1] > 0)
    return {std::copysign(infinity, q[2]), 0};
  const double first = 2 * q[1] - q[0], second = 2 * q[2] - q[1];
  return {(4 * second - first) / 3, std::abs(second - first)};
}

Estimate estimate(double base, const Triple& up, const Triple& down, double h, double noise,
                  double magnitude) {
  Triple central{}, right{}, left{};
  double step = h;
  for (std::size_t s = 0; s < 3; ++s, step /= 2) {
    central[s] = (up[s] - down[s]) / (2 * step);
    right[s] = (up[s] - base) / step;
    left[s] = (base - down[s]) / step;
  }
  const double rough = (4 * central[1] - central[0]) / 3, fine = (4 * central[2] - central[1]) / 3;
  const double rounding = noise / (h / 4);
  const double cancelled = 4 * epsilon / h;  // the rounding of terms of the size of 1 that vanish
  Estimate e{};
  e.value = (16 * fine - rough) / 15;
  e.bar = std::abs(fine - rough) + 2 * rounding + cancelled;
  const Side r = one_sided(right), l = one_sided(left);
  e.left = l.slope, e.right = r.slope;
  e.side_bar = std::max(r.bar, l.bar) + 16 * rounding + 4 * cancelled;
  // Of a smooth function, right - left falls with h.
  const double wide = std::abs(right[0] - left[0]), narrow = std::abs(right[2] - left[2]);
  const double size = std::max({std::abs(right[2]), std::abs(left[2]), 1e-3 * magnitude});
  e.kink = narrow > 0.4 * wide && narrow > 1e-5 * size + 64 * rounding + 16 * cancelled;
  // At the edge of the domain there is one side only.
  if (std::isfinite(base) && std::isnan(l.slope) != std::isnan(r.slope)) {
    e.kink = true;
    e.left = e.right = std::isnan(l.slope) ? r.slope : l.slope;
    e.side_bar = (std::isnan(l.slope) ? r.bar : l.bar) + 16 * rounding;
  }
  return e;
}

/// Judges one line's values step by step.
class Judge {
 public:
  Judge(const Line& line, const GradcheckOptions& options)
      : line_(line),
        options_(options),
        verdicts_(line.base.size()),
        best_(line.base.size(), infinity),
        last_(line.base.size()) {}

  std::vector<Verdict> run();

 private:
  bool overridden() const { return options_.atol || options_.rtol; }
  /// The rounding of an analytic derivative that cancels to nothing: of terms of the size of 1, or the
  /// values.
  double cancelled(std::size_t i) const {
    const double size = std::isfinite(line_.base[i]) ? std::abs(line_.base[i]) : 0;
    return 1e-13 * (1 + size) / line_.scale;
  }
  /// What a value of `numeric` +- `bar` has to agree to.
  double tolerance(std::size_t i, double numeric, double bar) const {
    if (overridden()) return options_.atol.value_or(0) + options_.rtol.value_or(0) * std::abs(numeric);
    return 3 * bar + 1e-10 * std::max(std::abs(numeric), std::abs(line_.analytic[i])) +
           1e-12 * line_.magnitude[i] + cancelled(i);
  }
  bool settle_quickly(std::size_t i, double up, double down, double h);
  bool settle(std::size_t i, const Estimate& e);
  void settle_finally(std::size_t i);
  std::vector<std::size_t> climb(const std::vector<std::size_t>& open, double relative);

  const Line& line_;
  const GradcheckOptions& options_;
  std::vector<Verdict> verdicts_;
  std::vector<double> best_;  // the smallest uncertainty so far
  std::vector<Estimate> last_;
};

bool Judge::settle_quickly(std::size_t i, double up, double down, double h) {
  const double a = line_.analytic[i], size = line_.magnitude[i];
  const double numeric = (up - down) / (2 * h), bend = (up + down - 2 * line_.base[i]) / h;
  const double rounding = line_.rounding[i] / h;
  Verdict& v = verdicts_[i];
  v.numeric = numeric;
  v.error = std::abs(a - numeric);
  const double derived =
      1e-9 * std::max(std::abs(a), std::abs(numeric)) + 1e-10 * size + 2 * rounding + cancelled(i);
  v.tolerance = overridden() ? tolerance(i, numeric, 0) : derived;
  const bool smooth = std::abs(bend) <= 1e-3 * (std::abs(numeric) + size) + 8 * rounding;
  return v.ok() && smooth;  // false for NaN
}

/// Whether this estimate decides on value i.
bool Judge::settle(std::size_t i, const Estimate& e) {
  last_[i] = e;
  if (e.kink || !std::isfinite(e.value) || !(e.bar < infinity)) return false;
  const double a = line_.analytic[i], size = line_.magnitude[i];
  const double error = std::abs(a - e.value), allowed = tolerance(i, e.value, e.bar);
  const double larger = std::max(std::abs(a), std::abs(e.value));
  const bool conclusive = e.bar <= 1e-6 * larger + 1e-8 * size;
  if (conclusive && error <= allowed && e.bar <= 10 * best_[i]) {  // not overruled by a sharper one
    verdicts_[i] = {e.value, error, allowed};
    return true;
  }
  if (e.bar < best_[i]) {
    best_[i] = e.bar;
    verdicts_[i] = {e.value, error, allowed};
  }
  // A gross error needs no second opinion; a small one must stand on every rung.
  return conclusive && error > 100 * e.bar && error > 1e-5 * larger + 1e-7 * size && error > allowed;
}

void Judge::settle_finally(std::size_t i) {
  const Estimate& e = last_[i];
  const double a = line_.analytic[i];
  Verdict& v = verdicts_[i];
  if (e.kink) {
    const double low = std::min(e.left, e.right), high = std::max(e.left, e.right);
    v = {std::isfinite(e.value) ? e.value : e.right, 0, 0, e.left, e.right, true};
    v.error = a >= low && a <= high ? 0 : std::min(std::abs(a - low), std::abs(a - high));
    // A jump has no derivative; by convention it is that of either side.
    if (std::isinf(low) && std::isinf(high) && std::isfinite(a) && std::isfinite(line_.base[i])) v.error = 0;
    v.tolerance = tolerance(i, std::isfinite(low) ? low : high, e.side_bar);
    if (!std::isfinite(v.tolerance)) v.tolerance = std::numeric_limits<double>::min();
    if (!std::isfinite(a) && !(std::isinf(a) && (a == low || a == high))) v.error = infinity;
    return;
  }
  if (best_[i] == infinity) {  // no rung gave a number
    v.numeric = e.value;
    v.error = std::abs(a - e.value);
    v.tolerance = overridden() ? options_.atol.value_or(0) : 0;
    if (!(v.error < infinity)) v.error = std::nan("");
  }
}

/// Three pairs of steps; returns what is still open.
std::vector<std::size_t> Judge::climb(const std::vector<std::size_t>& open, double relative) {
  const double h = relative * line_.scale;
  std::array<Values, 3> up, down;
  for (std::size_t s = 0; s < 3; ++s) {
    const double step = std::ldexp(h, -static_cast<int>(s));
    up[s] = line_.f(step);
    down[s] = line_.f(-step);
  }
  std::vector<std::size_t> left;
  for (const std::size_t i : open) {
    Estimate e = estimate(line_.base[i], {up[0][i], up[1][i], up[2][i]}, {down[0][i], down[1][i], down[2][i]},
                          h, line_.rounding[i], line_.magnitude[i]);
    e.bar += 8 * epsilon / relative * std::abs(e.value);  // x + h is rounded
    if (!settle(i, e)) left.push_back(i);
  }
  return left;
}

std::vector<Verdict> Judge::run() {
  std::vector<std::size_t> open;
  if (options_.eps) {
    for (std::size_t i = 0; i < line_.base.size(); ++i) open.push_back(i);
    open = climb(open, *options_.eps);
  } else {
    const double h = quick_step * line_.scale;
    const Values up = line_.f(h), down = line_.f(-h);
    for (std::size_t i = 0; i < line_.base.size(); ++i)
      if (!settle_quickly(i, up[i], down[i], h)) open.push_back(i);
    for (const double relative : ladder)
      if (!open.empty()) open = climb(open, relative);
  }
  for (const std::size_t i : open) settle_finally(i);
  return std::move(verdicts_);
}

}  // namespace

std::vector<Verdict> judge(const Line& line, const GradcheckOptions& options) {
  return Judge(line, options).run();
}

}  // namespace gradus::detail
