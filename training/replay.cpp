#include <gradus/training/replay.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <gradus/autograd/anomaly.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::training {

namespace {

/// "[64, 10], from -1.5 to 2", or how many are not finite.
std::string describe(const Tensor& x) {
  if (!x.defined() || !is_floating(x.dtype())) return "";
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::int64_t bad = 0;
  for (const double value : x.detach().to(float64).to_vector<double>()) {
    if (!std::isfinite(value)) {
      ++bad;
      continue;
    }
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::string text = fmt::format("{}", x.shape());
  if (bad != 0) text += fmt::format(", {} of {} not finite", bad, x.numel());
  if (low <= high) text += fmt::format(", from {:.4g} to {:.4g}", low, high);
  return text;
}

}  // namespace

Replay detail::replay(const std::vector<nn::Part>& parts, const Checkpoint& capsule,
                      const std::function<Tensor()>& loss) {
  std::unordered_map<const void*, std::string> paths;
  for (const nn::Part& part : parts)
    if (part.kind == nn::Part::Kind::module && !part.path.empty()) paths.emplace(part.object, part.path);

  Replay found;
  const nn::Observer observer([&](nn::Call& call) {
    if (const auto path = paths.find(call.layer); path != paths.end())
      found.calls.push_back(fmt::format("{}: {}", path->second, describe(call.output)));
  });
  default_generator().set_state(capsule.random);
  try {
    const DetectAnomaly guard;
    Tensor result = loss();
    result.backward();
  } catch (const AnomalyError& error) {
    found.anomaly = error.what();
  }
  return found;
}

}  // namespace gradus::training
