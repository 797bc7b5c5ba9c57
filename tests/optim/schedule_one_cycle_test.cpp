#include <gradus/optim/schedule_one_cycle.hpp>

#include "optim/schedule_support.hpp"

namespace gradus::schedule_one_cycle_test {
using namespace test;
using optim::OneCycleLR;
using optim::SGD;

namespace {

optim::OneCycleLROptions options_of(const Fixture& f) {
  const FixtureOptions& given = f.options;
  optim::OneCycleLROptions o{.max_lr = given.numbers("max_lr")};
  o.total_steps = given.integer("total_steps", 0);
  o.epochs = given.integer("epochs", 0);
  o.steps_per_epoch = given.integer("steps_per_epoch", 0);
  o.pct_start = given.number("pct_start", o.pct_start);
  if (given.text("anneal_strategy", "cos") == "linear") o.anneal_strategy = optim::Anneal::linear;
  o.cycle_momentum = given.flag("cycle_momentum", o.cycle_momentum);
  o.base_momentum = given.numbers("base_momentum", o.base_momentum.values);
  o.max_momentum = given.numbers("max_momentum", o.max_momentum.values);
  o.div_factor = given.number("div_factor", o.div_factor);
  o.final_div_factor = given.number("final_div_factor", o.final_div_factor);
  o.three_phase = given.flag("three_phase", o.three_phase);
  return o;
}

}  // namespace

TEST_CASE("OneCycleLR agrees with PyTorch over 30 steps", "[optim][schedule]") {
  follow_schedule("one_cycle_lr", [](const Fixture& f, optim::Optimizer& optimizer) {
    return std::make_unique<OneCycleLR>(optimizer, options_of(f));
  });
}

TEST_CASE("OneCycleLR, worked by hand", "[optim][schedule]") {
  SGD sgd{{leaf(ones({1}))}, {.lr = 9, .momentum = 0.5}};
  OneCycleLR schedule{sgd,
                      {.max_lr = 0.8,
                       .total_steps = 8,
                       .pct_start = 0.375,  // the peak is step 2, the last is step 7
                       .anneal_strategy = optim::Anneal::linear,
                       .base_momentum = 0.75,
                       .max_momentum = 1,
                       .div_factor = 2,
                       .final_div_factor = 4}};
  const std::vector<double> rates{0.4, 0.6, 0.8, 0.66, 0.52, 0.38, 0.24, 0.1};
  const std::vector<double> momenta{1, 0.875, 0.75, 0.8, 0.85, 0.9, 0.95, 1};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(sgd.lr() - rates[i]) < 1e-14);
    CHECK(std::abs(*sgd.momentum() - momenta[i]) < 1e-14);
    schedule.step();
  }
  CHECK(std::abs(sgd.lr() - 0.1) < 1e-14);  // the step after the last repeats it
  CHECK(text_of<ValueError>([&] { schedule.step(); }) ==
        "OneCycleLR: step 9 is past the end; the cycle has 8 steps");
  CHECK(schedule.steps() == 8);
}

TEST_CASE("OneCycleLR continues from a saved state", "[optim][schedule][state]") {
  SGD first{{leaf(ones({1}))}, {.momentum = 0.5}}, second{{leaf(ones({1}))}, {.momentum = 0.5}};
  const optim::OneCycleLROptions options{.max_lr = 1, .total_steps = 10};
  OneCycleLR running{first, options}, resumed{second, options};
  for (int i = 0; i < 4; ++i) running.step();
  resumed.load_state_dict(running.state_dict());
  second.load_state_dict(first.state_dict());
  for (int i = 0; i < 4; ++i) {
    CHECK(second.lr() == first.lr());
    CHECK(*second.momentum() == *first.momentum());
    running.step();
    resumed.step();
  }
}

TEST_CASE("OneCycleLR refuses options out of range", "[optim][schedule][error]") {
  SGD sgd{{leaf(ones({1}))}};
  const auto refusal = [&](const optim::OneCycleLROptions& o) {
    return text_of<ValueError>([&] { OneCycleLR s(sgd, o); });
  };
  CHECK(refusal({.max_lr = 1}) ==
        "OneCycleLR: there are 0 steps; give total_steps >= 1, or epochs and steps_per_epoch");
  CHECK(
      refusal({.total_steps = 5}) ==
      "OneCycleLR: max_lr has 0 numbers but the optimizer has 1 parameter groups; give one, or one for each");
  CHECK(
      refusal({.max_lr = {1, 2}, .total_steps = 5}) ==
      "OneCycleLR: max_lr has 2 numbers but the optimizer has 1 parameter groups; give one, or one for each");
  CHECK(refusal({.max_lr = -1, .total_steps = 5}) == "OneCycleLR: max_lr is -1; it must not be negative");
  CHECK(refusal({.max_lr = 1, .total_steps = 5, .pct_start = 1.5}) ==
        "OneCycleLR: pct_start is 1.5; it must lie in [0, 1]");
  CHECK(refusal({.max_lr = 1, .total_steps = 5, .div_factor = 0}) ==
        "OneCycleLR: div_factor is 0 and final_div_factor 10000; they must be above 0");
  optim::Adagrad adagrad{{leaf(ones({1}))}};
  CHECK(text_of<ValueError>([&] { OneCycleLR s(adagrad, {.max_lr = 1, .total_steps = 5}); }) ==
        "OneCycleLR: Adagrad has no momentum to cycle; set cycle_momentum = false");
  OneCycleLR fine(adagrad, {.max_lr = 1, .total_steps = 5, .cycle_momentum = false});
  CHECK(std::abs(adagrad.lr() - 0.04) < 1e-15);
}

TEST_CASE("OneCycleLR of very few steps stays finite", "[optim][schedule]") {
  const std::int64_t total = GENERATE(1, 2, 3, 4, 10);
  const bool three = GENERATE(false, true);
  const double start = GENERATE(0.0, 0.1, 0.5, 1.0);
  CAPTURE(total, three, start);
  SGD sgd{{leaf(ones({1}))}, {.momentum = 0.5}};
  OneCycleLR schedule{sgd, {.max_lr = 1, .total_steps = total, .pct_start = start, .three_phase = three}};
  for (std::int64_t i = 0; i < total; ++i) {
    CHECK((sgd.lr() >= 0 && sgd.lr() <= 1));
    schedule.step();
  }
  CHECK((sgd.lr() >= 0 && sgd.lr() <= 1));
}

}  // namespace gradus::schedule_one_cycle_test
