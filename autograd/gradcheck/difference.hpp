#pragma once

#include <functional>
#include <vector>

#include <gradus/autograd/gradcheck/subject.hpp>

/// Numeric derivatives along a line, with their uncertainty, and what they say on the analytic ones.
namespace gradus::detail {

/// All values of the function, moved by t along a line.
using Along = std::function<Values(double t)>;

/// Central differences at h, h/2 and h/4, extrapolated twice (Richardson: of D(h) = f' + a h^2 + b h^4 + ...,
/// the first two powers go). The uncertainty is the difference of the two results that one extrapolation
/// leaves: an upper bound where the powers of h rule, an honest sample of the noise where that does; and the
/// rounding of f, magnified by the quotient.
struct Estimate {
  double value;
  double bar;          ///< the uncertainty; infinite or NaN if there is no value
  double left, right;  ///< one-sided derivatives; infinite if their quotients grow without end
  double side_bar;     ///< the uncertainty of those
  bool kink;           ///< they disagree, at every scale
};

/// What the differences say on one analytic derivative.
struct Verdict {
  double numeric = 0;
  double error = 0;
  double tolerance = 0;
  double left = 0, right = 0;
  bool at_kink = false;
  bool ok() const { return error <= tolerance; }
};

/// A line to be judged. All sequences have one entry per value of the function.
struct Line {
  const Along& f;
  const Values& base;       ///< the values at t = 0
  const Values& analytic;   ///< derivatives by t
  const Values& magnitude;  ///< of derivatives in the neighbourhood: what is small beside it is rounding
  const Values& rounding;   ///< of the values
  double scale;             ///< what steps are proportional to
};

/// A pair of small steps settles what clearly agrees; the others are judged on a ladder of steps.
std::vector<Verdict> judge(const Line& line, const GradcheckOptions& options);

}  // namespace gradus::detail
