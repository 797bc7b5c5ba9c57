// Schedules by factors, in cycles and in sequence.
#include "optim/schedule_support.hpp"

namespace gradus::schedule_more_test {
using namespace test;
using optim::SGD;

namespace {

constexpr const char* file = "more_optim.json";

/// The rates in the first `count` steps.
std::vector<double> rates(optim::Optimizer& optimizer, optim::Scheduler& schedule, int count) {
  std::vector<double> seen;
  for (int i = 0; i < count; ++i) {
    seen.push_back(optimizer.lr());
    schedule.step();
  }
  return seen;
}

template <class F>
std::string refusal(F&& make) {
  SGD sgd{{leaf(ones({1}))}, {.lr = 1, .momentum = 0.9}};
  return text_of<ValueError>([&] { make(sgd); });
}

}  // namespace

TEST_CASE("Schedules by factors and in cycles agree with PyTorch over 30 steps",
          "[optim][schedule][fixtures]") {
  follow_schedule(
      "cosine_annealing_warm_restarts",
      [](const Fixture& f, optim::Optimizer& optimizer) {
        return std::make_unique<optim::CosineAnnealingWarmRestarts>(
            optimizer, optim::CosineAnnealingWarmRestartsOptions{.T_0 = f.options.integer("T_0", 0),
                                                                 .T_mult = f.options.integer("T_mult", 1),
                                                                 .eta_min = f.options.number("eta_min", 0)});
      },
      file);
  follow_schedule(
      "polynomial_lr",
      [](const Fixture& f, optim::Optimizer& optimizer) {
        return std::make_unique<optim::PolynomialLR>(
            optimizer,
            optim::PolynomialLROptions{f.options.integer("total_iters", 5), f.options.number("power", 1)});
      },
      file);
  follow_schedule(
      "constant_lr",
      [](const Fixture& f, optim::Optimizer& optimizer) {
        optim::ConstantLROptions o;
        o.factor = f.options.number("factor", o.factor);
        o.total_iters = f.options.integer("total_iters", o.total_iters);
        return std::make_unique<optim::ConstantLR>(optimizer, o);
      },
      file);
  follow_schedule(
      "cyclic_lr",
      [](const Fixture& f, optim::Optimizer& optimizer) {
        const std::string mode = f.options.text("mode", "triangular");
        optim::CyclicLROptions o{.base_lr = f.options.number("base_lr", 0),
                                 .max_lr = f.options.number("max_lr", 0),
                                 .step_size_up = f.options.integer("step_size_up", 0),
                                 .step_size_down = f.options.integer("step_size_down", 0)};
        o.mode = mode == "triangular2" ? optim::Cycle::triangular2
                 : mode == "exp_range" ? optim::Cycle::exp_range
                                       : optim::Cycle::triangular;
        o.gamma = f.options.number("gamma", 1);
        o.base_momentum = f.options.number("base_momentum", 0.8);
        o.max_momentum = f.options.number("max_momentum", 0.9);
        return std::make_unique<optim::CyclicLR>(optimizer, o);
      },
      file);
}

TEST_CASE("Schedules in sequence agree with PyTorch over 30 steps", "[optim][schedule][fixtures]") {
  for (const bool three : {false, true}) {
    const Fixture f = fixture(file, three ? "sequential_lr/three" : "sequential_lr/warm_up_cosine");
    CAPTURE(f.name);
    const auto optimizer = optimizer_of(f);
    optim::LinearLR warm_up{*optimizer, {.start_factor = 0.1, .total_iters = 5}};
    optim::StepLR stairs{*optimizer, {.step_size = 3, .gamma = 0.5}};
    optim::CosineAnnealingLR cosine{*optimizer, {.T_max = 15}};
    std::vector<optim::Scheduler*> parts{&warm_up, &cosine};
    if (three) parts = {&warm_up, &stairs, &cosine};
    optim::SequentialLR schedule{
        *optimizer,
        parts,
        {.milestones = three ? std::vector<std::int64_t>{4, 15} : std::vector<std::int64_t>{5}}};
    for (std::int64_t i = 0; i < 30; ++i) {
      CAPTURE(i);
      for (std::size_t g = 0; g < optimizer->group_count(); ++g)
        CHECK(
            std::abs(optimizer->lr(g) -
                     select(select(f.outputs["lr"], 0, i), 0, static_cast<std::int64_t>(g)).item<double>()) <
            1e-10);
      schedule.step();
    }
  }
}

TEST_CASE("Schedules by factors and in cycles, worked by hand", "[optim][schedule]") {
  SGD sgd{{leaf(ones({1}))}, {.lr = 8, .momentum = 0.9}};
  SECTION("LambdaLR multiplies the base") {
    optim::LambdaLR schedule{sgd, [](std::int64_t t) { return 1 / (1.0 + static_cast<double>(t)); }};
    CHECK(rates(sgd, schedule, 4) == std::vector<double>{8, 4, 8.0 / 3, 2});
  }
  SECTION("MultiplicativeLR multiplies the rate before, also after a reload") {
    const auto half = [](std::int64_t t) { return t % 2 == 0 ? 0.5 : 1.0; };
    optim::MultiplicativeLR schedule{sgd, half};
    CHECK(rates(sgd, schedule, 4) == std::vector<double>{8, 8, 4, 4});
    const optim::State state = schedule.state_dict();
    SGD other{{leaf(ones({1}))}, {.lr = 2}};
    optim::MultiplicativeLR loaded{other, half};
    loaded.load_state_dict(state);
    loaded.step();
    CHECK(other.lr() == 2);
  }
  SECTION("each group has a function of its own") {
    sgd.add_group({{leaf(ones({2}))}, {.lr = 4, .momentum = 0.9}});
    optim::LambdaLR schedule{
        sgd, std::vector<optim::StepFactor>{[](std::int64_t) { return 1.0; },
                                            [](std::int64_t t) { return 0.5 * static_cast<double>(t); }}};
    schedule.step();
    CHECK((sgd.lr(0) == 8 && sgd.lr(1) == 2));
  }
  SECTION("CyclicLR goes up and down, momentum against it") {
    optim::CyclicLR schedule{sgd, {.base_lr = 1, .max_lr = 5, .step_size_up = 2}};
    CHECK(*sgd.momentum() == 0.9);
    CHECK(rates(sgd, schedule, 6) == std::vector<double>{1, 3, 5, 3, 1, 3});
    CHECK(std::abs(*sgd.momentum() - 0.8) < 1e-15);
  }
  SECTION("warm restarts go back to the base at once") {
    optim::CosineAnnealingWarmRestarts schedule{sgd, {.T_0 = 2, .T_mult = 2}};
    const auto seen = rates(sgd, schedule, 7);
    CHECK((seen[0] == 8 && seen[2] == 8 && seen[6] == 8));
    CHECK(std::abs(seen[1] - 4) < 1e-14);
    CHECK(std::abs(seen[4] - 4) < 1e-14);
  }
  SECTION("a schedule in sequence may depend on its own last rate, and continues from the state") {
    struct Sequence {
      explicit Sequence(SGD& optimizer)
          : first{optimizer, {.factor = 0.5, .total_iters = 9}},
            second{optimizer, [](std::int64_t) { return 0.5; }},
            schedule{optimizer, {&first, &second}, {.milestones = {2}}} {}
      optim::ConstantLR first;
      optim::MultiplicativeLR second;
      optim::SequentialLR schedule;
    };
    Sequence begun(sgd);
    CHECK(rates(sgd, begun.schedule, 4) == std::vector<double>{4, 4, 8, 4});
    CHECK(sgd.lr() == 2);
    SGD other{{leaf(ones({1}))}, {.lr = 100}};
    Sequence continued(other);
    continued.schedule.load_state_dict(begun.schedule.state_dict());
    continued.schedule.step();
    CHECK(other.lr() == 1);
  }
}

TEST_CASE("Schedules at once agree with PyTorch", "[optim][schedule][fixtures]") {
  struct Chain {
    optim::ConstantLR constant;
    optim::ExponentialLR decay;
    optim::StepLR stairs;
    optim::ChainedScheduler schedule;
    explicit Chain(optim::Optimizer& o)
        : constant(o, {.factor = 0.2, .total_iters = 6}),
          decay(o, {.gamma = 0.9}),
          stairs(o, {.step_size = 3, .gamma = 0.5}),
          schedule(o, {&constant, &decay, &stairs}) {}
  };
  follow_schedule(
      "chained_scheduler", [](const Fixture&, optim::Optimizer& o) { return std::make_unique<Chain>(o); },
      [](const Fixture&, Chain& chain, std::int64_t) { chain.schedule.step(); }, file);
  SGD still{{leaf(ones({1}))}, {.lr = 0}};
  CHECK(Chain(still).schedule.last_lr() == std::vector<double>{0});
}

TEST_CASE("SWALR agrees with PyTorch", "[optim][schedule][fixtures]") {
  follow_schedule(
      "swalr",
      [](const Fixture& f, optim::Optimizer& o) {
        return std::make_unique<optim::SWALR>(
            o, optim::SWALROptions{.swa_lr = f.options.numbers("swa_lr"),
                                   .anneal_epochs = f.options.integer("anneal_epochs", 10),
                                   .anneal_strategy = f.options.text("anneal_strategy", "cos") == "linear"
                                                          ? optim::Anneal::linear
                                                          : optim::Anneal::cos});
      },
      file);
}

TEST_CASE("Schedules by factors, in cycles and in sequence refuse what makes no sense",
          "[optim][schedule][error]") {
  CHECK(refusal([](SGD& s) { optim::LambdaLR(s, optim::StepFactor{}); }) == "LambdaLR: a function is empty");
  CHECK(
      refusal([](SGD& s) { optim::LambdaLR(s, std::vector<optim::StepFactor>(3)); }) ==
      "LambdaLR: 3 functions were given but the optimizer has 1 parameter groups; give one, or one for each");
  CHECK(refusal([](SGD& s) { optim::ConstantLR(s, {.factor = 2}); }) ==
        "ConstantLR: factor is 2; it must lie in [0, 1]");
  CHECK(refusal([](SGD& s) { optim::PolynomialLR(s, {.total_iters = 0}); }) ==
        "PolynomialLR: total_iters is 0; it must be at least 1");
  CHECK(refusal([](SGD& s) { optim::CosineAnnealingWarmRestarts(s, {}); }) ==
        "CosineAnnealingWarmRestarts: T_0 is 0; it must be at least 1");
  CHECK(refusal([](SGD& s) {
          optim::CyclicLR(s, {.base_lr = 1, .max_lr = {1, 2}});
        }) ==
        "CyclicLR: max_lr has 2 numbers but the optimizer has 1 parameter groups; give one, or one for each");
  CHECK(refusal([](SGD& s) { optim::CyclicLR(s, {.base_lr = 1, .max_lr = 2, .step_size_up = 0}); }) ==
        "CyclicLR: step_size_up is 0 and step_size_down 0; needs 1 or more");
  optim::Adagrad adagrad{{leaf(ones({1}))}};
  CHECK(text_of<ValueError>([&] { optim::CyclicLR(adagrad, {.base_lr = 1, .max_lr = 2}); }) ==
        "CyclicLR: Adagrad has no momentum to cycle; set cycle_momentum = false");
  CHECK(refusal([](SGD& s) { optim::SequentialLR(s, {}, {}); }) ==
        "SequentialLR: 0 schedules and 0 milestones were given; needs one schedule more than milestones");
  CHECK(refusal([](SGD& s) {
          optim::ConstantLR a{s}, b{s}, c{s};
          optim::SequentialLR(s, {&a, &b, &c}, {.milestones = {4, 4}});
        }) == "SequentialLR: milestone 1 is 4; they must ascend from 1");
  CHECK(refusal([&](SGD& s) {
          optim::ConstantLR a{s}, b{adagrad};
          optim::SequentialLR(s, {&a, &b}, {.milestones = {4}});
        }) == "SequentialLR: schedule 1 belongs to another optimizer");
  CHECK(refusal([](SGD& s) { optim::ChainedScheduler(s, {}); }) ==
        "ChainedScheduler: the list of schedules is empty");
  CHECK(refusal([&](SGD& s) {
          optim::ConstantLR a{adagrad};
          optim::ChainedScheduler(s, {&a});
        }) == "ChainedScheduler: schedule 0 belongs to another optimizer");
  CHECK(refusal([](SGD& s) { optim::SWALR(s, {.swa_lr = -1}); }) ==
        "SWALR: swa_lr is -1; it must not be negative");
  CHECK(refusal([](SGD& s) { optim::SWALR(s, {.swa_lr = 1, .anneal_epochs = -1}); }) ==
        "SWALR: anneal_epochs is -1; it must not be negative");
}

}  // namespace gradus::schedule_more_test
