#include <gradus/optim/schedule.hpp>

#include "optim/schedule_support.hpp"

namespace gradus::schedule_test {
using namespace test;
using optim::SGD;

namespace {

std::int64_t whole(const Fixture& f, std::string_view key) { return f.options.integer(key, 0); }

}  // namespace

TEST_CASE("Schedules agree with PyTorch over 30 steps", "[optim][schedule]") {
  const auto gamma = [](const Fixture& f, double fallback) { return f.options.number("gamma", fallback); };
  follow_schedule("step_lr", [&](const Fixture& f, optim::Optimizer& optimizer) {
    optim::StepLROptions o{.step_size = whole(f, "step_size")};
    o.gamma = gamma(f, o.gamma);
    return std::make_unique<optim::StepLR>(optimizer, o);
  });
  follow_schedule("multi_step_lr", [&](const Fixture& f, optim::Optimizer& optimizer) {
    optim::MultiStepLROptions o;
    for (const double m : f.options.numbers("milestones"))
      o.milestones.push_back(static_cast<std::int64_t>(m));
    o.gamma = gamma(f, o.gamma);
    return std::make_unique<optim::MultiStepLR>(optimizer, o);
  });
  follow_schedule("exponential_lr", [&](const Fixture& f, optim::Optimizer& optimizer) {
    return std::make_unique<optim::ExponentialLR>(optimizer, optim::ExponentialLROptions{gamma(f, 0)});
  });
  follow_schedule("cosine_annealing_lr", [&](const Fixture& f, optim::Optimizer& optimizer) {
    return std::make_unique<optim::CosineAnnealingLR>(
        optimizer, optim::CosineAnnealingLROptions{whole(f, "T_max"), f.options.number("eta_min", 0)});
  });
  follow_schedule("linear_lr", [&](const Fixture& f, optim::Optimizer& optimizer) {
    optim::LinearLROptions o;
    o.start_factor = f.options.number("start_factor", o.start_factor);
    o.end_factor = f.options.number("end_factor", o.end_factor);
    o.total_iters = f.options.integer("total_iters", o.total_iters);
    return std::make_unique<optim::LinearLR>(optimizer, o);
  });
}

TEST_CASE("Schedules, worked by hand", "[optim][schedule]") {
  SGD sgd{{leaf(ones({1}))}, {.lr = 0.8}};
  const auto after = [&](optim::Scheduler& schedule, int steps) {
    for (int i = 0; i < steps; ++i) schedule.step();
    CHECK(schedule.last_lr() == std::vector<double>{sgd.lr()});
    return sgd.lr();
  };
  const auto near = [](double a, double b) { return std::abs(a - b) < 1e-15; };
  SECTION("StepLR halves every third step") {
    optim::StepLR schedule{sgd, {.step_size = 3, .gamma = 0.5}};
    CHECK(after(schedule, 2) == 0.8);
    CHECK(after(schedule, 1) == 0.4);
    CHECK(after(schedule, 3) == 0.2);
    CHECK(schedule.steps() == 6);
  }
  SECTION("MultiStepLR takes milestones in any order") {
    optim::MultiStepLR schedule{sgd, {.milestones = {4, 1}, .gamma = 0.5}};
    CHECK(sgd.lr() == 0.8);
    CHECK(after(schedule, 1) == 0.4);
    CHECK(after(schedule, 3) == 0.2);
  }
  SECTION("ExponentialLR") {
    optim::ExponentialLR schedule{sgd, {.gamma = 0.5}};
    CHECK(after(schedule, 3) == 0.1);
  }
  SECTION("CosineAnnealingLR is half way at half time, at the bottom at T_max, and comes back") {
    optim::CosineAnnealingLR schedule{sgd, {.T_max = 4, .eta_min = 0.2}};
    CHECK(near(after(schedule, 2), 0.5));
    CHECK(near(after(schedule, 2), 0.2));
    CHECK(near(after(schedule, 4), 0.8));
  }
  SECTION("LinearLR starts low at once and stays at the end") {
    optim::LinearLR schedule{sgd, {.start_factor = 0.25, .total_iters = 2}};
    CHECK(near(sgd.lr(), 0.2));
    CHECK(near(after(schedule, 1), 0.5));
    CHECK(near(after(schedule, 1), 0.8));
    CHECK(near(after(schedule, 5), 0.8));
  }
}

TEST_CASE("A schedule continues from a saved state", "[optim][schedule][state]") {
  SGD first{{leaf(ones({1}))}, {.lr = 0.8}}, second{{leaf(ones({1}))}, {.lr = 0.8}};
  optim::CosineAnnealingLR running{first, {.T_max = 7}};
  for (int i = 0; i < 3; ++i) running.step();
  second.load_state_dict(first.state_dict());
  optim::CosineAnnealingLR resumed{second, {.T_max = 7}};  // takes the lowered rate as its base
  resumed.load_state_dict(running.state_dict());
  CHECK(resumed.steps() == 3);
  CHECK(resumed.last_lr() == running.last_lr());
  for (int i = 0; i < 3; ++i) {
    running.step();
    resumed.step();
    CHECK(second.lr() == first.lr());
  }
}

TEST_CASE("A schedule refuses a state of another number of groups", "[optim][schedule][state][error]") {
  SGD one{{leaf(ones({1}))}, {.lr = 0.8}};
  optim::StepLR schedule{one, {.step_size = 1}};
  optim::State state = schedule.state_dict();
  state.numbers.erase("steps");
  state.numbers["base_lr.1"] = 1;
  CHECK(text_of<ValueError>([&] { schedule.load_state_dict(state); }) ==
        "StepLR: the state does not fit; missing: steps; unexpected: base_lr.1");
}

TEST_CASE("A schedule refuses groups that came after it", "[optim][schedule][error]") {
  SGD sgd{{leaf(ones({1}))}};
  optim::StepLR schedule{sgd, {.step_size = 1}};
  sgd.add_group({{leaf(ones({1}))}, {}});
  CHECK(text_of<ValueError>([&] { schedule.step(); }) ==
        "StepLR: the optimizer has 2 parameter groups but had 1 when the schedule was made; make it after "
        "adding groups");
}

TEST_CASE("Schedules refuse options out of range", "[optim][schedule][error]") {
  SGD sgd{{leaf(ones({1}))}};
  CHECK(text_of<ValueError>([&] { optim::StepLR s(sgd, {}); }) ==
        "StepLR: step_size is 0; it must be at least 1");
  CHECK(text_of<ValueError>([&] { optim::MultiStepLR s(sgd, {.milestones = {-1}}); }) ==
        "MultiStepLR: a milestone is -1; it must not be negative");
  CHECK(text_of<ValueError>([&] { optim::ExponentialLR s(sgd, {}); }) ==
        "ExponentialLR: gamma is 0; it must be above 0");
  CHECK(text_of<ValueError>([&] { optim::CosineAnnealingLR s(sgd, {}); }) ==
        "CosineAnnealingLR: T_max is 0; it must be at least 1");
  CHECK(text_of<ValueError>([&] { optim::CosineAnnealingLR s(sgd, {.T_max = 1, .eta_min = -1}); }) ==
        "CosineAnnealingLR: eta_min is -1; it must not be negative");
  CHECK(text_of<ValueError>([&] { optim::LinearLR s(sgd, {.start_factor = 0}); }) ==
        "LinearLR: start_factor is 0; it must lie in (0, 1]");
  CHECK(text_of<ValueError>([&] { optim::LinearLR s(sgd, {.end_factor = 2}); }) ==
        "LinearLR: end_factor is 2; it must lie in [0, 1]");
  CHECK(text_of<ValueError>([&] { optim::LinearLR s(sgd, {.total_iters = 0}); }) ==
        "LinearLR: total_iters is 0; it must be at least 1");
  CHECK(sgd.lr() == 1e-3);
}

}  // namespace gradus::schedule_test
