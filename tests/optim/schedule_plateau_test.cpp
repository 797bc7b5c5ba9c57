#include <gradus/optim/schedule_plateau.hpp>
#include <limits>

#include "optim/schedule_support.hpp"

namespace gradus::schedule_plateau_test {
using namespace test;
using optim::ReduceLROnPlateau;
using optim::SGD;
using Options = optim::ReduceLROnPlateauOptions;

namespace {

Options options_of(const Fixture& f) {
  const FixtureOptions& given = f.options;
  Options o;
  if (given.text("mode", "min") == "max") o.mode = Options::Mode::max;
  if (given.text("threshold_mode", "rel") == "abs") o.threshold_mode = Options::ThresholdMode::abs;
  o.factor = given.number("factor", o.factor);
  o.patience = given.integer("patience", o.patience);
  o.threshold = given.number("threshold", o.threshold);
  o.cooldown = given.integer("cooldown", o.cooldown);
  o.min_lr = given.numbers("min_lr", o.min_lr.values);
  o.eps = given.number("eps", o.eps);
  return o;
}

}  // namespace

TEST_CASE("ReduceLROnPlateau agrees with PyTorch over 30 steps", "[optim][schedule]") {
  follow_schedule(
      "reduce_lr_on_plateau",
      [](const Fixture& f, optim::Optimizer& optimizer) {
        return std::make_unique<ReduceLROnPlateau>(optimizer, options_of(f));
      },
      [](const Fixture& f, ReduceLROnPlateau& schedule, std::int64_t i) {
        schedule.step(select(f.inputs["metrics"], 0, i).item<double>());
      });
}

TEST_CASE("ReduceLROnPlateau puts up with `patience` bad steps, and NaN is bad", "[optim][schedule]") {
  SGD sgd{{leaf(ones({1}))}, {.lr = 1}};
  ReduceLROnPlateau schedule{sgd, {.factor = 0.5, .patience = 2}};
  CHECK(schedule.best() == std::numeric_limits<double>::infinity());
  schedule.step(3);
  schedule.step(std::nan(""));
  schedule.step(3);
  CHECK(sgd.lr() == 1);
  schedule.step(4);
  CHECK(sgd.lr() == 0.5);
  CHECK(schedule.last_lr() == std::vector<double>{0.5});
  CHECK(schedule.best() == 3);
}

TEST_CASE("ReduceLROnPlateau continues from a saved state", "[optim][schedule][state]") {
  const Fixture f = fixture("optim.json", "reduce_lr_on_plateau/cooldown");
  const std::vector<double> metrics = f.inputs["metrics"].to_vector<double>();
  for (std::size_t cut = 0; cut < metrics.size(); ++cut) {
    const auto first = optimizer_of(f), second = optimizer_of(f);
    ReduceLROnPlateau running{*first, options_of(f)}, resumed{*second, options_of(f)};
    for (std::size_t i = 0; i < cut; ++i) running.step(metrics[i]);
    second->load_state_dict(first->state_dict());
    resumed.load_state_dict(running.state_dict());
    REQUIRE(resumed.last_lr() == running.last_lr());
    for (std::size_t i = cut; i < metrics.size(); ++i) {
      running.step(metrics[i]);
      resumed.step(metrics[i]);
      REQUIRE(second->lr() == first->lr());
    }
  }
}

TEST_CASE("ReduceLROnPlateau refuses what makes no sense", "[optim][schedule][error]") {
  SGD sgd{{leaf(ones({1}))}};
  const auto refusal = [&](const Options& o) {
    return text_of<ValueError>([&] { ReduceLROnPlateau s(sgd, o); });
  };
  CHECK(refusal({.factor = 1}) == "ReduceLROnPlateau: factor is 1; it must lie in [0, 1)");
  CHECK(refusal({.patience = -1}) == "ReduceLROnPlateau: patience is -1; it must not be negative");
  CHECK(refusal({.threshold = -1}) == "ReduceLROnPlateau: threshold is -1; it must not be negative");
  CHECK(refusal({.cooldown = -1}) == "ReduceLROnPlateau: cooldown is -1; it must not be negative");
  CHECK(refusal({.min_lr = {0.1, 0.2}}) ==
        "ReduceLROnPlateau: min_lr has 2 numbers but the optimizer has 1 parameter groups; give one, or one "
        "for each");
  CHECK(refusal({.min_lr = -1}) == "ReduceLROnPlateau: min_lr is -1; it must not be negative");
  CHECK(refusal({.eps = -1}) == "ReduceLROnPlateau: eps is -1; it must not be negative");
  ReduceLROnPlateau schedule{sgd};
  CHECK(text_of<ValueError>([&] { schedule.load_state_dict({}); }) ==
        "ReduceLROnPlateau: the state does not fit; missing: best, bad_steps, cooldown_left, last_lr.0; "
        "unexpected: none");
}

}  // namespace gradus::schedule_plateau_test
