#include <gradus/optim/combined.hpp>

#include "optim/any_optimizer.hpp"

namespace gradus::combined_test {
using namespace test;
using optim::Adam;
using optim::Combined;
using optim::SGD;

namespace {

/// SGD for the first parameters, Adam with two groups for the others.
std::unique_ptr<Combined> sgd_and_adam(const std::vector<Tensor>& p) {
  Combined::Parts parts;
  parts.push_back(
      std::make_unique<SGD>(std::vector<Tensor>{p[0]}, optim::SGDOptions{.lr = 0.1, .momentum = 0.9}));
  parts.push_back(
      std::make_unique<Adam>(std::vector<Adam::Group>{{{p[1]}, {.lr = 0.2}}, {{p[2]}, {.lr = 0.3}}}));
  return std::make_unique<Combined>(std::move(parts));
}

std::vector<Tensor> three_leaves() {
  return {leaf(linspace(-1, 1, 6), float64), leaf(linspace(2, 3, 5)), leaf(ones({2, 2}))};
}

std::string refusal_of(Combined::Parts parts) {
  return text_of<ValueError>([&] { Combined both(std::move(parts)); });
}

}  // namespace

TEST_CASE("Combined optimizers step as they do alone", "[optim][combined]") {
  const std::vector<Tensor> together = three_leaves(), alone = three_leaves();
  const auto both = sgd_and_adam(together);
  SGD sgd({alone[0]}, {.lr = 0.1, .momentum = 0.9});
  Adam adam(std::vector<Adam::Group>{{{alone[1]}, {.lr = 0.2}}, {{alone[2]}, {.lr = 0.3}}});
  for (int step = 0; step < 3; ++step) {
    train(*both, step);
    for (std::size_t i = 0; i < 3; ++i) Tensor(alone[i]).set_grad(together[i].grad());
    sgd.step();
    adam.step();
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK(difference(together[i].detach(), alone[i].detach()) == 0);
}

TEST_CASE("a schedule sets the rates and momenta of all combined optimizers", "[optim][combined]") {
  const std::vector<Tensor> p = three_leaves();
  const auto both = sgd_and_adam(p);
  REQUIRE(both->group_count() == 3);
  CHECK(both->lr(0) == 0.1);
  CHECK(both->lr(1) == 0.2);
  CHECK(both->lr(2) == 0.3);
  CHECK(*both->momentum(2) == 0.9);
  optim::ExponentialLR schedule{*both, {.gamma = 0.5}};
  schedule.step();
  CHECK(both->parts()[0]->lr() == 0.05);
  CHECK(both->parts()[1]->lr(1) == 0.15);
  CHECK(text_of<IndexError>([&] { both->lr(3); }) == "Combined has no parameter group 3; there are 3");
  both->zero_grad();
  for (const Tensor& x : p) CHECK_FALSE(x.grad().defined());
}

TEST_CASE("what one of the combined optimizers lacks cannot be cycled", "[optim][combined][error]") {
  const std::vector<Tensor> p = three_leaves();
  Combined::Parts parts;
  parts.push_back(std::make_unique<SGD>(std::vector<Tensor>{p[0]}));
  parts.push_back(std::make_unique<optim::Adagrad>(std::vector<Tensor>{p[1]}));
  Combined both(std::move(parts));
  CHECK(text_of<ValueError>([&] { optim::OneCycleLR schedule(both, {.max_lr = 1, .total_steps = 5}); }) ==
        "OneCycleLR: Combined has no momentum to cycle; set cycle_momentum = false");
  CHECK(text_of<ValueError>([&] { optim::CyclicLR schedule(both, {.base_lr = 0.1, .max_lr = 1}); }) ==
        "CyclicLR: Combined has no momentum to cycle; set cycle_momentum = false");
}

TEST_CASE("combined optimizers continue from their state, all or none", "[optim][combined][state]") {
  const std::vector<Tensor> first = three_leaves();
  const auto running = sgd_and_adam(first);
  train(*running, 0);
  const optim::State saved = running->state_dict();
  CHECK(saved.numbers.at("0.groups.0.momentum") == 0.9);
  CHECK(saved.tensors.contains("1.state.0.exp_avg"));
  const std::vector<Tensor> second{leaf(first[0]), leaf(first[1]), leaf(first[2])};
  const auto resumed = sgd_and_adam(second);
  resumed->load_state_dict(saved);
  for (int step = 1; step < 3; ++step) {
    train(*running, step);
    train(*resumed, step);
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK(difference(first[i].detach(), second[i].detach()) == 0);

  // The second part refuses what it is given; the first is as it was.
  const optim::State before = resumed->state_dict();
  optim::State damaged = saved;
  damaged.numbers.erase("1.groups.0.eps");
  CHECK(text_of<ValueError>([&] { resumed->load_state_dict(damaged); }) ==
        "Adam: the state does not fit; missing: groups.0.eps; unexpected: none");
  damaged = saved;
  damaged.numbers["2.groups.0.lr"] = 1;
  CHECK(text_of<ValueError>([&] { resumed->load_state_dict(damaged); }) ==
        "Combined: the state does not fit; unexpected: 2.groups.0.lr; there are 2 optimizers");
  CHECK(resumed->state_dict().numbers == before.numbers);
  CHECK(difference(resumed->state_dict().tensors.at("0.state.0.momentum_buffer"),
                   before.tensors.at("0.state.0.momentum_buffer")) == 0);
}

TEST_CASE("Combined says what is wrong", "[optim][combined][error]") {
  CHECK(refusal_of({}) == "Combined: the list of optimizers is empty");
  Combined::Parts parts;
  parts.push_back(nullptr);
  CHECK(refusal_of(std::move(parts)) == "Combined: optimizer 0 is null");
  const Tensor x = leaf(ones({2}));
  Combined::Parts twice;
  twice.push_back(std::make_unique<SGD>(std::vector<Tensor>{x}));
  twice.push_back(std::make_unique<Adam>(std::vector<Tensor>{x}));
  CHECK(refusal_of(std::move(twice)) ==
        "Combined: parameter 1 is the same tensor as parameter 0; give each once");
}

TEST_CASE("a step of a function takes any optimizer and gives the loss before it", "[optim]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor x = leaf(tensor({1.5, -1})), y = leaf(x);
  const auto by_function = make(name, {x}), by_hand = make(name, {y});
  int evaluations = 0;
  const NoGrad guard;  // the function records all the same
  CHECK(by_function->step([&] {
    ++evaluations;
    by_function->zero_grad();
    const Tensor loss = sum(x * x);
    loss.backward();
    return loss;
  }) == 3.25);
  CHECK(evaluations == 1);
  y.set_grad(2 * y.detach());
  by_hand->step();
  CHECK(difference(x.detach(), y.detach()) == 0);
}

}  // namespace gradus::combined_test
