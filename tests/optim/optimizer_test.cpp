#include <gradus/optim/optimizer.hpp>

#include "optim/any_optimizer.hpp"
#include "support/sanitized.hpp"

namespace gradus::optimizer_test {
using namespace test;
using optim::Adam;
using optim::SGD;

namespace {

std::string refusal_of(const std::vector<Tensor>& parameters) {
  return text_of<Error>([&] { SGD sgd(parameters); });
}

}  // namespace

TEST_CASE("A step only reads the gradients", "[optim]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor x = leaf_with_gradient(ones({3}), tensor({1, -2, 3}));
  const Tensor gradient = x.grad();
  const auto optimizer = make(name, {x});
  optimizer->step();
  optimizer->step();
  CHECK(x.grad().impl() == gradient.impl());
  CHECK(gradient.to_vector<float>() == std::vector<float>{1, -2, 3});
  CHECK(difference(x.detach(), ones({3})) > 1e-4);
}

TEST_CASE("Going up -f is going down f, bit for bit", "[optim][maximize]") {
  check_climbing(any_optimizer(),
                 {reshape(linspace(-1, 1, 6), {2, 3}), linspace(2, 3, 5, {.dtype = float64})});
}

TEST_CASE("Going up adds the weight decay to the gradient negated", "[optim][maximize]") {
  Tensor w = leaf_with_gradient(tensor({4}), tensor({1}));
  SGD sgd{{w}, {.lr = 0.5, .weight_decay = 0.25}};
  sgd.options().maximize = true;
  sgd.step();  // -1 + 0.25 * 4 = 0
  CHECK(w.item<double>() == 4);
  sgd.options().weight_decay = 0;
  sgd.step();
  CHECK(w.item<double>() == 4.5);
}

TEST_CASE("zero_grad forgets the gradients, and a step without any changes nothing", "[optim]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor x = leaf_with_gradient(ones({3}), ones({3}));
  const auto optimizer = make(name, {x});
  optimizer->zero_grad();
  CHECK_FALSE(x.grad().defined());
  optimizer->step();
  CHECK(difference(x.detach(), ones({3})) == 0);
  CHECK(x.version() == 0);
  CHECK(optimizer->state_dict().tensors.empty());
}

TEST_CASE("Training with backward goes downhill", "[optim]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor x = leaf(tensor({1.5, -1}));
  const auto optimizer = make(name, {x});
  const auto loss = [&] { return sum(x * x); };
  const double before = loss().item<double>();
  for (int step = 0; step < 20; ++step) {
    optimizer->zero_grad();
    loss().backward();
    optimizer->step();
  }
  CHECK(loss().item<double>() < 0.99 * before);
}

TEST_CASE("A step between forward and backward is noticed", "[optim][error]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor x = leaf_with_gradient(ones({2}), ones({2}));
  const auto optimizer = make(name, {x});
  const Tensor y = sum(x * x);
  optimizer->step();
  const std::string text = text_of<GraphError>([&] { y.backward(); });
  CAPTURE(text);
  CHECK(text.find("has been changed in place since, by " + name) != std::string::npos);
}

TEST_CASE("An expanded gradient, and one that is the parameter itself", "[optim]") {
  Tensor x = leaf_with_gradient(tensor({{1, 2}, {3, 4}}), expand(tensor(0.5), {2, 2}));
  SGD sgd{{x}, {.lr = 1}};
  sgd.step();
  CHECK(x.to_vector<float>() == std::vector<float>{0.5, 1.5, 2.5, 3.5});
  x.set_grad(transpose(x.detach(), 0, 1));
  sgd.step();
  CHECK(x.to_vector<float>() == std::vector<float>{0, -1, 1, 0});
}

TEST_CASE("A gradient that is another parameter is read as it was before the step", "[optim]") {
  Tensor a = leaf_with_gradient(tensor({1}), tensor({10})), b = leaf(tensor({2}));
  b.set_grad(a.detach());
  SGD sgd{{a, b}, {.lr = 0.5}};
  sgd.step();
  CHECK(a.item<double>() == -4);
  CHECK(b.item<double>() == 1.5);
}

TEST_CASE("Empty and 0-d parameters", "[optim]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  Tensor nothing = leaf_with_gradient(zeros({0, 3}), zeros({0, 3}));
  Tensor scalar = leaf_with_gradient(tensor(1), tensor(2));
  const auto optimizer = make(name, {nothing, scalar});
  optimizer->step();
  CHECK(scalar.item<double>() < 1);
}

TEST_CASE("Parameter groups have options of their own", "[optim][groups]") {
  Tensor a = leaf_with_gradient(tensor(1), tensor(1)), b = leaf_with_gradient(tensor(1), tensor(1));
  Tensor c = leaf_with_gradient(tensor(1), tensor(1));
  using Group = SGD::Group;
  SGD sgd{{Group{{a}, {.lr = 0.5}}, Group{{b}, {.lr = 0.25, .weight_decay = 1}}}};
  sgd.step();
  CHECK(a.item<double>() == 0.5);
  CHECK(b.item<double>() == 0.5);
  sgd.add_group({{c}, {.lr = 2}});
  REQUIRE(sgd.group_count() == 3);
  sgd.lr() = 0.125;
  sgd.options(1).weight_decay = 0;
  CHECK(sgd.lr(2) == 2);
  sgd.step();
  CHECK(a.item<double>() == 0.375);
  CHECK(b.item<double>() == 0.25);
  CHECK(c.item<double>() == -1);
  CHECK(sgd.parameters().size() == 3);
  CHECK(text_of<IndexError>([&] { sgd.lr(3); }) == "SGD has no parameter group 3; there are 3");
}

TEST_CASE("What schedules may cycle as momentum", "[optim]") {
  const std::vector<Tensor> x{leaf(ones({1}))};
  SGD sgd{x, {.momentum = 0.75}};
  Adam adam{x, {.betas = {0.5, 0.999}}};
  optim::Adagrad adagrad{x};
  CHECK(*sgd.momentum() == 0.75);
  CHECK(*adam.momentum() == 0.5);
  CHECK(adagrad.momentum() == nullptr);
}

TEST_CASE("A rate that was set out of range is refused before anything changes", "[optim][error]") {
  Tensor a = leaf_with_gradient(tensor(1), tensor(1)), b = leaf_with_gradient(tensor(1), tensor(1));
  SGD sgd{{SGD::Group{{a}, {.lr = 1}}, SGD::Group{{b}, {.lr = 1}}}};
  sgd.lr(1) = -1;
  CHECK(text_of<ValueError>([&] { sgd.step(); }) == "SGD: lr is -1; it must not be negative");
  CHECK(a.item<double>() == 1);
  CHECK(sgd.state_dict().numbers.count("state.0.steps") == 0);
}

TEST_CASE("Frozen parameters are passed over", "[optim]") {
  Tensor w = leaf_with_gradient(tensor(1), tensor(1)), frozen = ones({2});
  SGD sgd{{w, frozen}, {.lr = 0.5}};
  sgd.step();
  CHECK(w.item<double>() == 0.5);
  CHECK(frozen.to_vector<float>() == std::vector<float>{1, 1});
}

TEST_CASE("Parameters that cannot be optimized are named", "[optim][error]") {
  Tensor w = leaf(ones({2, 3})), frozen = ones({2});
  w.set_name("fc1.weight");
  frozen.set_name("fc1.bias");
  CHECK(refusal_of({}) == "SGD: the list of parameters is empty");
  CHECK(refusal_of({w, Tensor()}) == "SGD: parameter 1 is undefined");
  CHECK(refusal_of({frozen}) ==
        "SGD: none of the 1 parameters requires a gradient; call requires_grad_() or nn::unfreeze first");
  CHECK(refusal_of({w * 2}) ==
        "SGD: parameter 0 is the result of a recorded op, not a leaf; optimize what it was computed from, or "
        "detach() it and call requires_grad_()");
  CHECK(refusal_of({w, leaf(ones({1})), w}) ==
        "SGD: parameter 2 (fc1.weight) is the same tensor as parameter 0 (fc1.weight); give each once");
  CHECK(refusal_of({w, w.detach().requires_grad_()}) ==
        "SGD: parameter 1 is the same tensor as parameter 0 (fc1.weight); give each once");
  CHECK(refusal_of({expand(ones({1}), {4}).requires_grad_()}) ==
        "SGD: parameter 0 is expanded: its elements share memory; clone() it");
  CHECK(text_of<ValueError>([] { SGD sgd{std::vector<SGD::Group>{}}; }) ==
        "SGD: the list of parameter groups is empty");
  SGD sgd{{w}};
  CHECK(text_of<ValueError>([&] { sgd.add_group({{w}}); }) ==
        "SGD: parameter 1 (fc1.weight) is the same tensor as parameter 0 (fc1.weight); give each once");
  CHECK(sgd.group_count() == 1);
}

TEST_CASE("Two parts of one block of memory are two parameters", "[optim]") {
  const Tensor block = ones({4});
  Tensor a = slice(block, 0, 0, 2).requires_grad_(), b = slice(block, 0, 2, 4).requires_grad_();
  a.set_grad(ones({2}));
  b.set_grad(full({2}, 2));
  SGD sgd{{a, b}, {.lr = 0.5}};
  sgd.step();
  CHECK(block.to_vector<float>() == std::vector<float>{0.5, 0.5, 0, 0});
}

TEST_CASE("A parameter that no longer fits its gradient or state is named", "[optim][error]") {
  Tensor other = leaf_with_gradient(ones({1}), ones({1})), w = leaf_with_gradient(ones({2}), ones({2}));
  w.set_name("w");
  SGD sgd{{other, w}, {.lr = 1, .momentum = 0.5}};
  sgd.step();
  w.impl()->shape = Shape{2, 1};  // no public way leads here
  w.impl()->strides = Strides{1, 1};
  CHECK(text_of<ShapeError>([&] { sgd.step(); }) == "SGD: parameter 1 (w) is [2, 1] but its gradient is [2]");
  w.set_grad(ones({2, 1}));
  CHECK(text_of<ShapeError>([&] { sgd.step(); }) ==
        "SGD: parameter 1 (w) is [2, 1] but its momentum_buffer is [2]");
  CHECK(other.item<double>() == 0);
}

TEST_CASE("Updates are the same bits for any number of threads", "[optim][threads]") {
  const std::string name = any_optimizer();
  CAPTURE(name);
  std::vector<std::vector<float>> results;
  for (const int threads : sanitized ? std::vector{1, 3} : std::vector{1, 2, 3, 8}) {
    const ThreadLimit limit(threads);
    Generator generator(9);
    std::vector<Tensor> parameters;
    for (const std::int64_t n : {3, 70001, 1, 40000, 17})
      parameters.push_back(leaf(randn({n}, {}, &generator)));
    parameters.push_back(leaf(randn({150, 301}, {}, &generator), float32, Layout::strided));
    const auto optimizer = make(name, parameters);
    for (int step = 0; step < 3; ++step) train(*optimizer, step);
    std::vector<float>& all = results.emplace_back();
    for (const Tensor& x : parameters)
      for (const float value : x.to_vector<float>()) all.push_back(value);
  }
  for (const auto& result : results) CHECK((result == results[0]));
}

}  // namespace gradus::optimizer_test
