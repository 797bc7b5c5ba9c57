#include <gradus/optim/line_search.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace gradus::optim::detail {

namespace {

/// The minimum of the cubic through two points with their slopes, within bounds.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double place = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                                  : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return std::min(std::max(place, low), high);
}

class Search {
 public:
  Search(const std::function<LinePoint(double)>& evaluate, const LinePoint& start,
         const WolfeOptions& options)
      : evaluate_(evaluate), start_(start), o_(options) {}

  LinePoint find(double t, double reach) {
    bracket(t);
    if (!done_) zoom(reach);
    return ends_[low_];
  }

 private:
  bool decreases(const LinePoint& p) const { return !(p.loss > start_.loss + o_.c1 * p.t * start_.slope); }
  bool is_flat(const LinePoint& p) const { return std::abs(p.slope) <= -o_.c2 * start_.slope; }

  void close(const LinePoint& a, const LinePoint& b) {
    ends_ = {a, b};
    choose();
  }
  void choose() { low_ = ends_[0].loss <= ends_[1].loss ? 0 : 1; }

  /// Goes on until the minimum lies behind, or a point will do.
  void bracket(double t) {
    LinePoint before = start_, now = evaluate_(t);
    for (; iterations_ < o_.max_iterations; ++iterations_) {
      if (!decreases(now) || (iterations_ > 1 && now.loss >= before.loss)) return close(before, now);
      if (is_flat(now)) {
        done_ = true;
        return close(now, now);
      }
      if (now.slope >= 0) return close(before, now);
      const double next = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
      before = std::exchange(now, evaluate_(next));
    }
    close(start_, now);
  }

  /// A place within the bracket that is not too close to its ends.
  double trial() {
    const auto [least, most] = std::minmax(ends_[0].t, ends_[1].t);
    const double t = cubic_minimum(ends_[0], ends_[1], least, most);
    const double margin = 0.1 * (most - least);
    if (std::min(most - t, t - least) >= margin) {
      stuck_ = false;
      return t;
    }
    if (!stuck_ && t < most && t > least) {
      stuck_ = true;  // once is allowed
      return t;
    }
    stuck_ = false;
    return std::abs(t - most) < std::abs(t - least) ? most - margin : least + margin;
  }

  void zoom(double reach) {
    for (; iterations_ < o_.max_iterations; ++iterations_) {
      if (std::abs(ends_[1].t - ends_[0].t) * reach < o_.tolerance_change) return;
      const LinePoint now = evaluate_(trial());
      LinePoint &low = ends_[low_], &high = ends_[1 - low_];
      if (!decreases(now) || now.loss >= low.loss) {
        high = now;
        choose();
        continue;
      }
      const bool found = is_flat(now);
      if (!found && now.slope * (high.t - low.t) >= 0) high = low;
      low = now;
      if (found) return;
    }
  }

  const std::function<LinePoint(double)>& evaluate_;
  const LinePoint& start_;
  const WolfeOptions& o_;
  std::array<LinePoint, 2> ends_;
  std::size_t low_ = 0;  ///< which end has the lower loss
  std::int64_t iterations_ = 0;
  bool done_ = false, stuck_ = false;
};

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double)>& evaluate, const LinePoint& start, double t,
                       double reach, const WolfeOptions& options) {
  return Search(evaluate, start, options).find(t, reach);
}

}  // namespace gradus::optim::detail
