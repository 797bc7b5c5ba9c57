#include <gradus/optim/ema.hpp>

#include "optim/trajectory.hpp"

namespace gradus::ema_test {
using namespace test;
using optim::EarlyStopping;
using optim::EMA;

namespace {

std::vector<double> values(const Tensor& x) { return x.detach().to(float64).to_vector<double>(); }
void put(Tensor x, double value) { x.detach().fill_(value); }

}  // namespace

TEST_CASE("EMA averages, worked by hand", "[optim][ema]") {
  const Tensor w = leaf(full({2}, 8, {.dtype = float64}));
  const auto averages = [&](const optim::EMAOptions& options) {
    EMA ema({w}, options);
    std::vector<double> seen;
    for (const double value : {4.0, 8.0, 0.0}) {
      put(w, value);
      ema.update();
      seen.push_back(values(ema.averages()[0])[1]);
    }
    CHECK(ema.updates() == 3);
    return seen;
  };
  CHECK(averages({.decay = 0.75}) == std::vector<double>{4, 5, 3.75});
  CHECK(averages({.decay = {}}) == std::vector<double>{4, 6, 4});
  // Shares of 2/11 and 3/12.
  const auto warm = averages({.decay = 0.99, .warm_up = true});
  CHECK(std::abs(warm[1] - (4 * 2 + 8 * 9) / 11.0) < 1e-14);
  CHECK(std::abs(warm[2] - warm[1] * 3 / 12) < 1e-14);
}

TEST_CASE("A model has the averages as long as they are applied", "[optim][ema]") {
  Tensor w = leaf(ones({2}));
  EMA ema({w});
  ema.update();
  put(w, 5);
  {
    const EMA::Applied averages(ema);
    CHECK(values(w) == std::vector<double>{1, 1});
    CHECK(values(ema.averages()[0]) == std::vector<double>{5, 5});
  }
  CHECK(values(w) == std::vector<double>{5, 5});
  Tensor other = leaf(zeros({2}));
  ema.copy_to({other});
  CHECK(values(other) == std::vector<double>{1, 1});
  CHECK(other.requires_grad());
}

TEST_CASE("EMA continues from its state", "[optim][ema]") {
  Tensor w = leaf(ones({2}));
  w.set_name("fc.weight");
  EMA ema({w}), other({w});
  ema.update();
  put(w, 3);
  ema.update();
  const optim::State state = ema.state_dict();
  CHECK(state.tensors.contains("average.fc.weight"));
  other.load_state_dict(state);
  CHECK(other.updates() == 2);
  CHECK(values(other.averages()[0]) == values(ema.averages()[0]));
  optim::State damaged = state;
  damaged.tensors.clear();
  CHECK(text_of<ValueError>([&] { other.load_state_dict(damaged); }) ==
        "EMA: the state does not fit; missing: average.fc.weight");
}

TEST_CASE("EMA says what is wrong", "[optim][ema][error]") {
  CHECK(text_of<ValueError>([] { EMA ema({}); }) == "EMA: the list of parameters is empty");
  CHECK(text_of<ValueError>([] { EMA ema({ones({2})}, {.decay = 1.5}); }) ==
        "EMA: decay is 1.5; it must lie in [0, 1]");
  CHECK(text_of<DTypeError>([] { EMA ema({ones({2}, {.dtype = int64})}); }) ==
        "EMA: parameter 0 is int64; needs float32 or float64");
  EMA ema({ones({2})});
  CHECK(text_of<ShapeError>([&] { ema.copy_to({ones({3})}); }) ==
        "EMA: parameter 0 is [3] but its average is [2]");
  CHECK(text_of<ValueError>([&] { ema.copy_to({}); }) == "EMA: 0 tensors were given; there are 1 averages");
}

TEST_CASE("Parameters as one vector and back", "[optim][parameter_vector]") {
  const Tensor a = leaf(tensor({{1, 2}, {3, 4}})), b = leaf(tensor({5}));
  const Tensor vector = optim::parameters_to_vector({transpose(a, 0, 1), b});
  CHECK(values(vector) == std::vector<double>{1, 3, 2, 4, 5});
  optim::vector_to_parameters(2 * vector.detach(), {a, b});
  CHECK(values(a) == std::vector<double>{2, 6, 4, 8});
  CHECK(values(b) == std::vector<double>{10});
  CHECK(text_of<ShapeError>([&] {
          optim::vector_to_parameters(zeros({4}), {a, b});
        }) == "vector_to_parameters: the vector is [4]; the parameters have 5 elements");
}

TEST_CASE("EarlyStopping waits for patience to run out", "[optim][early_stopping]") {
  EarlyStopping stopping({.patience = 2});
  CHECK_FALSE(stopping.improved());
  std::vector<bool> stops, better;
  for (const double metric : {3.0, 2.0, 2.5, std::nan(""), 1.0, 1.0, 1.0, 1.0}) {
    stops.push_back(stopping.step(metric));
    better.push_back(stopping.improved());
  }
  CHECK(stops == std::vector<bool>{false, false, false, false, false, false, false, true});
  CHECK(better == std::vector<bool>{true, true, false, false, true, false, false, false});
  CHECK(stopping.best() == 1);
  CHECK(stopping.best_step() == 5);

  EarlyStopping rising({.mode = EarlyStopping::Options::Mode::max, .patience = 0, .min_delta = 0.5});
  CHECK_FALSE(rising.step(1));
  CHECK_FALSE(rising.step(1.75));
  CHECK(rising.step(2.25));
  CHECK(rising.best() == 1.75);
}

TEST_CASE("EarlyStopping continues from its state, and refuses what makes no sense",
          "[optim][early_stopping]") {
  EarlyStopping first({.patience = 1}), second({.patience = 1});
  first.step(2);
  first.step(3);
  second.load_state_dict(first.state_dict());
  CHECK(second.step(3));
  CHECK(second.best_step() == 1);
  CHECK(text_of<ValueError>([] { EarlyStopping stopping({.patience = -1}); }) ==
        "EarlyStopping: patience is -1; it must not be negative");
  CHECK_THROWS_AS(second.load_state_dict({}), ValueError);
}

}  // namespace gradus::ema_test
