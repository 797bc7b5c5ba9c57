#include <gradus/optim/state.hpp>

#include "optim/any_optimizer.hpp"

namespace gradus::state_test {
using namespace test;
using optim::Adam;
using optim::SGD;

namespace {

void check_equal(const optim::State& a, const optim::State& b) {
  CHECK(a.numbers == b.numbers);
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (const auto& [name, value] : a.tensors) {
    CAPTURE(name);
    REQUIRE(b.tensors.contains(name));
    CHECK(difference(value, b.tensors.at(name)) == 0);
  }
}

}  // namespace

TEST_CASE("A loaded state continues exactly", "[optim][state]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  const auto first = two_leaves();
  const auto running = make(name, first);
  for (int step = 0; step < 3; ++step) train(*running, step);
  running->lr() *= 0.5;
  const optim::State saved = running->state_dict();
  const auto second = std::vector<Tensor>{leaf(first[0]), leaf(first[1])};
  for (int step = 3; step < 6; ++step) train(*running, step);  // the snapshot must not see these

  const auto resumed = make(name, second);
  resumed->load_state_dict(saved);
  check_equal(resumed->state_dict(), saved);
  for (int step = 3; step < 6; ++step) train(*resumed, step);
  for (std::size_t i = 0; i < 2; ++i) CHECK(difference(first[i].detach(), second[i].detach()) == 0);
  check_equal(resumed->state_dict(), running->state_dict());
}

TEST_CASE("A state goes by the parameters' names, or by index where names are missing or not distinct",
          "[optim][state]") {
  auto parameters = two_leaves();
  const auto has = [&](const std::string& key) {
    SGD sgd{parameters, {.momentum = 0.5}};
    train(sgd, 0);
    const optim::State state = sgd.state_dict();
    return state.tensors.contains(key + ".momentum_buffer") && state.numbers.at(key + ".steps") == 1 &&
           state.numbers.at("groups.0.momentum") == 0.5;
  };
  CHECK(has("state.1"));
  parameters[0].set_name("fc.weight");
  CHECK(has("state.1"));
  parameters[1].set_name("fc.weight");
  CHECK(has("state.1"));
  parameters[1].set_name("fc.bias");
  CHECK(has("state.fc.bias"));
  CHECK(has("state.fc.weight"));
}

TEST_CASE("A state that does not fit is refused whole", "[optim][state][error]") {
  auto parameters = two_leaves();
  Adam adam{parameters};
  train(adam, 0);
  const optim::State before = adam.state_dict();
  optim::State state = before;
  const auto refusal = [&] { return text_of<Error>([&] { adam.load_state_dict(state); }); };
  state.numbers["groups.0.lr"] = 7;
  SECTION("missing and unexpected names") {
    state.numbers.erase("groups.0.eps");
    state.numbers["groups.1.lr"] = 1;
    state.tensors["state.0.sum"] = ones({6});
    CHECK(refusal() ==
          "Adam: the state does not fit; missing: groups.0.eps; unexpected: state.0.sum, groups.1.lr");
  }
  SECTION("many names") {
    CHECK(text_of<Error>([&] { adam.load_state_dict({}); }) ==
          "Adam: the state does not fit; missing: groups.0.lr, groups.0.betas.0, groups.0.betas.1, "
          "groups.0.eps, groups.0.weight_decay and 2 more; unexpected: none");
  }
  SECTION("a wrong shape") {
    state.tensors["state.1.exp_avg"] = ones({4});
    CHECK(refusal() == "Adam: state.1.exp_avg is [4] but the parameter is [5]");
  }
  SECTION("a wrong dtype") {
    state.tensors["state.1.exp_avg"] = ones({5}, {.dtype = float64});
    CHECK(refusal() == "Adam: state.1.exp_avg is float64 but the parameter is float32");
  }
  SECTION("an option out of range") {
    state.numbers["groups.0.betas.1"] = 1;
    CHECK(refusal() == "Adam: betas[1] is 1; it must lie in [0, 1)");
  }
  check_equal(adam.state_dict(), before);
}

}  // namespace gradus::state_test
