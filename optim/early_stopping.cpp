#include <gradus/optim/early_stopping.hpp>

#include <limits>

#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

namespace {
constexpr std::string_view early_stopping_name = "EarlyStopping";
}

EarlyStopping::EarlyStopping(const Options& options, SourceLocation at) : options_(options) {
  const OpScope scope(early_stopping_name, at);
  require(options.patience >= 0, "patience is {}; it must not be negative", options.patience);
  detail::check_not_negative("min_delta", options.min_delta);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  best_ = options.mode == Options::Mode::min ? infinity : -infinity;
}

bool EarlyStopping::step(double metric) {
  ++steps_;
  const bool better = options_.mode == Options::Mode::min ? metric < best_ - options_.min_delta
                                                          : metric > best_ + options_.min_delta;
  if (better) best_ = metric;
  bad_steps_ = better ? 0 : bad_steps_ + 1;
  return stopped();
}

State EarlyStopping::state_dict() const {
  State out;
  out.numbers = {{"best", best_},
                 {"steps", static_cast<double>(steps_)},
                 {"bad_steps", static_cast<double>(bad_steps_)}};
  return out;
}

void EarlyStopping::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope(early_stopping_name, at);
  StateReader reader(state);
  const double best = reader.number("best");
  const std::int64_t steps = reader.integer("steps"), bad_steps = reader.integer("bad_steps");
  reader.finish();
  best_ = best;
  steps_ = steps;
  bad_steps_ = bad_steps;
}

}  // namespace gradus::optim
