#include <gradus/optim/stop_rules.hpp>

#include <algorithm>

namespace gradus::optim {

namespace {
constexpr std::string_view time_limit_name = "TimeLimit";
}

TimeLimit::TimeLimit(Seconds limit, SourceLocation at) : limit_(limit) {
  const OpScope scope(time_limit_name, at);
  require(limit.count() > 0, "the limit is {} s; it must be positive", limit.count());
}

TimeLimit::Seconds TimeLimit::left() const { return std::max(limit_ - elapsed(), Seconds::zero()); }

State TimeLimit::state_dict() const {
  State out;
  out.numbers = {{"seconds", elapsed().count()}};
  return out;
}

void TimeLimit::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope(time_limit_name, at);
  StateReader reader(state);
  const double seconds = reader.number("seconds");
  reader.finish();
  require(seconds >= 0, "{} s have passed; that must not be negative", seconds);
  start_ = Clock::now() - Seconds(seconds);
}

bool lr_is_below(Optimizer& optimizer, double limit) {
  for (std::size_t group = 0; group < optimizer.group_count(); ++group)
    if (!(optimizer.lr(group) < limit)) return false;
  return true;
}

}  // namespace gradus::optim
