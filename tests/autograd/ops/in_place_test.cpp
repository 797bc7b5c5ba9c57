// The functions that change a tensor in place; what all changes in place share is in
// autograd/in_place_test.cpp.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <functional>

#include "support/catch.hpp"

namespace gradus::in_place_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions f64{.dtype = float64};
using Values = std::vector<double>;

struct Form {
  const char* name;
  std::function<Tensor(Tensor, const Tensor&)> in_place;
  std::function<Tensor(const Tensor&, const Tensor&)> f;  ///< the same as a new tensor
};

const std::vector<Form> forms{
    {"add_", [](Tensor x, const Tensor& y) { return add_(x, y, -0.5); },
     [](const Tensor& x, const Tensor& y) { return x + -0.5 * y; }},
    {"sub_", [](Tensor x, const Tensor& y) { return sub_(x, y, 3); },
     [](const Tensor& x, const Tensor& y) { return x - 3 * y; }},
    {"mul_", [](Tensor x, const Tensor& y) { return mul_(x, y); },
     [](const Tensor& x, const Tensor& y) { return x * y; }},
    {"div_", [](Tensor x, const Tensor& y) { return div_(x, y); },
     [](const Tensor& x, const Tensor& y) { return x / y; }},
    {"addcmul_", [](Tensor x, const Tensor& y) { return addcmul_(x, y, y, 0.25); },
     [](const Tensor& x, const Tensor& y) { return addcmul(x, y, y, 0.25); }},
    {"addcdiv_", [](Tensor x, const Tensor& y) { return addcdiv_(x, y, y + 9, -2); },
     [](const Tensor& x, const Tensor& y) { return addcdiv(x, y, y + 9, -2); }},
    {"lerp_", [](Tensor x, const Tensor& y) { return lerp_(x, y, 0.1); },
     [](const Tensor& x, const Tensor& y) { return lerp(x, y, 0.1); }},
    {"clamp_", [](Tensor x, const Tensor& y) { return clamp_(x, y); },
     [](const Tensor& x, const Tensor& y) { return clamp(x, y); }},
    {"masked_fill_", [](Tensor x, const Tensor& y) { return masked_fill_(x, x < 2, sum(y)); },
     [](const Tensor& x, const Tensor& y) { return masked_fill(x, x < 2, sum(y)); }},
};

}  // namespace

TEST_CASE("in-place functions write the values of their ops into the same memory", "[in_place]") {
  for (const Form& form : forms) {
    CAPTURE(form.name);
    const Tensor start = tensor({{1, -2, 3}, {0.5, 4, -6}}, f64), y = tensor({1.5, -2, 3}, f64);
    Tensor x = start.clone();
    const Tensor same = form.in_place(x, y);
    CHECK(same.shares_storage(x));
    CHECK(x.version() == 1);
    CHECK(equal(x, form.f(start, y)));
    CHECK_FALSE(equal(x, start));

    const Tensor base = start.clone();  // by columns, and of every other element
    form.in_place(transpose(base, 0, 1), tensor({1.5, -2}, f64));
    CHECK(equal(base, transpose(form.f(transpose(start, 0, 1), tensor({1.5, -2}, f64)), 0, 1)));
    const Tensor wide = start.clone();
    form.in_place(slice(wide, 1, 0, 3, 2), tensor(1.5, f64));
    CHECK(equal(slice(wide, 1, 0, 3, 2), form.f(slice(start, 1, 0, 3, 2), tensor(1.5, f64))));
    CHECK(equal(select(wide, 1, 1), select(start, 1, 1)));

    Tensor nothing = zeros({0, 3}, f64);
    CHECK(form.in_place(nothing, y).shape() == Shape{0, 3});
  }
}

TEST_CASE("in-place functions are refused while recording what requires a gradient", "[in_place][error]") {
  for (const Form& form : forms) {
    CAPTURE(form.name);
    const Tensor start = tensor({1, -2, 3}, f64), y = tensor({1.5, -2, 3}, f64);
    Tensor leaf = start.clone().requires_grad_(), source = y.clone().requires_grad_(), x = start.clone();
    CHECK_THROWS_AS(form.in_place(leaf, y), GraphError);
    CHECK_THROWS_WITH(form.in_place(leaf, y),
                      Contains(std::string(form.name) + ": the tensor requires a gradient") &&
                          Contains("(in_place_test.cpp:"));
    CHECK_THROWS_WITH(form.in_place(x, source),
                      Contains(std::string(form.name) + ": the right side requires a gradient"));
    CHECK(equal(leaf.detach(), start));
    CHECK(equal(x, start));
    CHECK(x.version() == 0);
    const NoGrad guard;
    form.in_place(leaf, source);
    CHECK(equal(leaf.detach(), form.f(start, y)));
    CHECK(leaf.is_leaf());
  }
}

TEST_CASE("a saved value that an in-place function changed is an error naming it", "[in_place][error]") {
  for (const Form& form : forms) {
    CAPTURE(form.name);
    Tensor x = tensor({1, -2, 3}, {.dtype = float64, .requires_grad = true}), c = tensor({5, 7, 9}, f64);
    const Tensor y = sum(x * c);
    form.in_place(c, tensor({20, 30, 40}, f64));
    CHECK_THROWS_WITH(y.backward(), Contains(std::string("changed in place since, by ") + form.name));
  }
}

TEST_CASE("in-place functions by hand", "[in_place]") {
  Tensor x = tensor({1, 2, 3, 4}, f64);
  CHECK(add_(x, 1).to_vector<double>() == Values{2, 3, 4, 5});
  CHECK(sub_(x, 2, 0.5).to_vector<double>() == Values{1, 2, 3, 4});
  CHECK(clamp_(x, 2, 3).to_vector<double>() == Values{2, 2, 3, 3});
  CHECK(clamp_(x, {}, 2.5).to_vector<double>() == Values{2, 2, 2.5, 2.5});
  CHECK(masked_fill_(x, x > 2, -1).to_vector<double>() == Values{2, 2, -1, -1});
  CHECK(lerp_(x, zeros({4}, f64), tensor({0, 1, 0.5, 2}, f64)).to_vector<double>() == Values{2, 0, -0.5, 1});
  Tensor chain = tensor({1, 2, 3, 4}, f64);
  add_(narrow(chain, 0, 1, 3), narrow(chain, 0, 0, 3));  // of what the values were before
  CHECK(chain.to_vector<double>() == Values{1, 3, 5, 7});
  Tensor square = tensor({{1, 2}, {3, 4}}, f64);
  mul_(square, transpose(square, 0, 1));
  CHECK(square.to_vector<double>() == Values{1, 6, 6, 16});
  CHECK(sub_(square, square).to_vector<double>() == Values{0, 0, 0, 0});
  Tensor whole = tensor({1, 2}, {.dtype = int64});
  CHECK(add_(whole, whole, 3).to_vector<std::int64_t>() == std::vector<std::int64_t>{4, 8});
}

TEST_CASE("in-place functions refuse what does not fit, and change nothing", "[in_place][error]") {
  Tensor x = tensor({1, 2}, f64), whole = tensor({1, 2}, {.dtype = int64});
  CHECK_THROWS_WITH(mul_(x, tensor({{1}, {2}}, f64)),
                    Contains("mul_: the result is [2, 2], and [2] cannot change its shape in place") &&
                        Contains("(in_place_test.cpp:"));
  CHECK_THROWS_AS(addcmul_(x, tensor({1, 2, 3}, f64), x), ShapeError);
  CHECK_THROWS_AS(add_(x, tensor({1, 2})), DTypeError);
  CHECK_THROWS_AS(add_(whole, whole, 0.5), DTypeError);
  CHECK_THROWS_AS(div_(whole, 2), DTypeError);
  CHECK_THROWS_AS(clamp_(x, {}, {}), ValueError);
  CHECK_THROWS_AS(masked_fill_(x, x, 0), DTypeError);
  CHECK_THROWS_AS(mul_(expand(tensor({1}, f64), {3}), 2), ValueError);
  CHECK(x.version() == 0);
  CHECK(x.to_vector<double>() == Values{1, 2});
  CHECK(whole.version() == 0);
}

}  // namespace gradus::in_place_test
