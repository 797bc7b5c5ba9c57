#include <gradus/optim/schedule_plateau.hpp>

#include <algorithm>
#include <limits>

namespace gradus::optim {

namespace {
constexpr std::string_view reduce_on_plateau_name = "ReduceLROnPlateau";
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, Options options, SourceLocation at)
    : optimizer_(optimizer), options_(std::move(options)) {
  const OpScope scope(reduce_on_plateau_name, at);
  detail::check_range("factor", options_.factor, 0, 1);
  detail::check_not_negative("patience", static_cast<double>(options_.patience));
  detail::check_not_negative("threshold", options_.threshold);
  detail::check_not_negative("cooldown", static_cast<double>(options_.cooldown));
  detail::check_not_negative("eps", options_.eps);
  options_.min_lr.check("min_lr", optimizer.group_count());
  for (const double rate : options_.min_lr.values) detail::check_not_negative("min_lr", rate);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  best_ = options_.mode == Options::Mode::min ? infinity : -infinity;
  note_rates();
}

void ReduceLROnPlateau::step(double metric, SourceLocation at) {
  const OpScope scope(reduce_on_plateau_name, at);
  options_.min_lr.check("min_lr", optimizer_.group_count());
  if (is_better(metric)) {
    best_ = metric;
    bad_steps_ = 0;
  } else {
    ++bad_steps_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_steps_ = 0;
  }
  if (bad_steps_ > options_.patience) {
    reduce();
    cooldown_left_ = options_.cooldown;
    bad_steps_ = 0;
  }
  note_rates();
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double threshold = options_.threshold;
  const bool relative = options_.threshold_mode == Options::ThresholdMode::rel;
  if (options_.mode == Options::Mode::min)
    return metric < (relative ? best_ * (1 - threshold) : best_ - threshold);
  return metric > (relative ? best_ * (1 + threshold) : best_ + threshold);
}

void ReduceLROnPlateau::reduce() {
  for (std::size_t g = 0; g < optimizer_.group_count(); ++g) {
    double& rate = optimizer_.lr(g);
    const double reduced = std::max(rate * options_.factor, options_.min_lr[g]);
    if (rate - reduced > options_.eps) rate = reduced;
  }
}

void ReduceLROnPlateau::note_rates() {
  last_lr_.clear();
  for (std::size_t g = 0; g < optimizer_.group_count(); ++g) last_lr_.push_back(optimizer_.lr(g));
}

State ReduceLROnPlateau::state_dict() const {
  State out;
  out.numbers = {{"best", best_},
                 {"bad_steps", static_cast<double>(bad_steps_)},
                 {"cooldown_left", static_cast<double>(cooldown_left_)}};
  for (std::size_t g = 0; g < last_lr_.size(); ++g) out.numbers[fmt::format("last_lr.{}", g)] = last_lr_[g];
  return out;
}

void ReduceLROnPlateau::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope(reduce_on_plateau_name, at);
  StateReader reader(state);
  const double best = reader.number("best");
  const std::int64_t bad_steps = reader.integer("bad_steps");
  const std::int64_t cooldown_left = reader.integer("cooldown_left");
  std::vector<double> last_lr;
  for (std::size_t g = 0; g < optimizer_.group_count(); ++g)
    last_lr.push_back(reader.number(fmt::format("last_lr.{}", g)));
  reader.finish();
  best_ = best;
  bad_steps_ = bad_steps;
  cooldown_left_ = cooldown_left;
  last_lr_ = std::move(last_lr);
}

}  // namespace gradus::optim
