#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/same_bits.hpp"

// Each family of kernels, forward and backward, on shapes that are cut into several chunks and do not divide
// evenly: the same bits with any number of threads. Reductions and pointwise ops: isa_test.cpp.

namespace gradus::determinism_test {

namespace {

using Tensors = std::vector<Tensor>;

struct Family {
  std::string name;
  std::vector<Shape> inputs;
  std::function<Tensor(const Tensors&)> f;
};

/// n numbers below `limit`, scattered.
Tensor indices(std::int64_t n, std::int64_t limit) {
  Generator generator(3);
  return randint(0, limit, {n}, {.dtype = int64}, &generator);
}

/// The value of f and the gradients of all inputs, for fixed random inputs, one behind the other.
Tensor value_and_gradients(const Family& family) {
  Generator generator(5);
  Tensors in;
  for (const Shape& shape : family.inputs)
    in.push_back(uniform(shape, -1, 1, {.requires_grad = true}, &generator));
  const Tensor y = family.f(in);
  Tensors all{reshape(y.detach(), {y.numel()})};
  for (const Tensor& g : grad({y}, in, {.grad_outputs = {uniform(y.shape(), -1, 1, {}, &generator)}}))
    all.push_back(reshape(g, {g.numel()}));
  return cat(all, 0);
}

const std::vector<Family> families{
    {"matmul", {{301, 77}, {77, 203}}, [](const Tensors& x) { return matmul(x[0], x[1]); }},
    {"matmul, turned",
     {{77, 301}, {203, 77}},
     [](const Tensors& x) { return matmul(transpose(x[0], 0, 1), transpose(x[1], 0, 1)); }},
    {"matmul of many rows", {{5003, 19}, {19, 7}}, [](const Tensors& x) { return matmul(x[0], x[1]); }},
    {"matmul of long rows", {{3, 9001}, {9001, 5}}, [](const Tensors& x) { return matmul(x[0], x[1]); }},
    {"matmul in batches", {{7, 53, 31}, {7, 31, 29}}, [](const Tensors& x) { return matmul(x[0], x[1]); }},
    {"linear", {{67, 211}, {129, 211}, {129}}, [](const Tensors& x) { return linear(x[0], x[1], x[2]); }},
    {"conv2d",
     {{9, 5, 29, 31}, {37, 5, 3, 3}, {37}},
     [](const Tensors& x) { return conv2d(x[0], x[1], x[2]); }},
    {"conv2d, wide",
     {{5, 33, 15, 14}, {65, 33, 3, 3}, {65}},
     [](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.padding = 1}); }},
    {"conv2d by minimal filtering",
     {{5, 48, 15, 14}, {67, 48, 3, 3}, {67}},
     [](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.padding = 1}); }},
    {"conv2d, strided and dilated",
     {{5, 16, 23, 21}, {24, 16, 3, 2}},
     [](const Tensors& x) { return conv2d(x[0], x[1], {}, {.stride = 2, .padding = 1, .dilation = 2}); }},
    {"conv2d, grouped",
     {{5, 12, 23, 21}, {18, 4, 3, 3}},
     [](const Tensors& x) { return conv2d(x[0], x[1], {}, {.groups = 3}); }},
    {"conv2d, depthwise",
     {{9, 35, 23, 21}, {35, 1, 3, 3}, {35}},
     [](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.padding = 1, .groups = 35}); }},
    {"conv_transpose2d",
     {{5, 14, 13, 11}, {14, 9, 3, 3}},
     [](const Tensors& x) { return conv_transpose2d(x[0], x[1], {}, {.stride = 2}); }},
    {"max_pool2d", {{7, 19, 33, 31}}, [](const Tensors& x) { return max_pool2d(x[0], 3, {.stride = 2}); }},
    {"avg_pool2d", {{7, 19, 33, 31}}, [](const Tensors& x) { return avg_pool2d(x[0], 3, {.stride = 2}); }},
    {"relu(batch_norm)",
     {{9, 23, 19, 17}, {23}, {23}},
     [](const Tensors& x) { return relu(batch_norm(x[0], {}, {}, x[1], x[2], {.training = true})); }},
    {"batch_norm, channels-last",
     {{9, 19, 17, 64}, {64}, {64}},
     [](const Tensors& x) {
       return batch_norm(permute(x[0], {0, 3, 1, 2}), {}, {}, x[1], x[2], {.training = true});
     }},
    {"layer_norm",
     {{701, 131}, {131}, {131}},
     [](const Tensors& x) { return layer_norm(x[0], {131}, x[1], x[2]); }},
    {"cross_entropy", {{3001, 23}}, [](const Tensors& x) { return cross_entropy(x[0], indices(3001, 23)); }},
    {"cross_entropy of planes",
     {{5, 23, 29, 31}},
     [](const Tensors& x) {
       return cross_entropy(x[0], reshape(indices(5 * 29 * 31, 23), {5, 29, 31}));
     }},
    {"nll_loss(log_softmax)",
     {{3001, 23}},
     [](const Tensors& x) { return nll_loss(log_softmax(x[0], 1), indices(3001, 23)); }},
    {"mse_loss", {{311, 307}, {311, 307}}, [](const Tensors& x) { return mse_loss(x[0], x[1]); }},
    {"embedding", {{97, 33}}, [](const Tensors& x) { return embedding(x[0], indices(5003, 97)); }},
    {"index_select", {{97, 1033}}, [](const Tensors& x) { return index_select(x[0], 0, indices(331, 97)); }},
    {"index_add",
     {{97, 1033}, {331, 1033}},
     [](const Tensors& x) { return index_add(x[0], 0, indices(331, 97), x[1]); }},
    {"gather",
     {{97, 3001}},
     [](const Tensors& x) {
       return gather(x[0], 0, reshape(indices(31 * 3001, 97), {31, 3001}));
     }},
    {"dropout",
     {{311, 307}},
     [](const Tensors& x) {
       Generator generator(7);
       return dropout(x[0], 0.3, true, &generator);
     }},
    {"randn",
     {{311, 307}},
     [](const Tensors& x) {
       Generator generator(7);
       return x[0] * randn(x[0].shape(), {}, &generator);
     }},
    {"a row used by all", {{20011, 13}, {13}}, [](const Tensors& x) { return x[0] * x[1] + x[1]; }},
    {"cat and slices",
     {{311, 307}, {5, 307}},
     [](const Tensors& x) {
       return cat({slice(x[0], 0, 3, 300, 2), x[1]}, 0);
     }},
};

}  // namespace

TEST_CASE("every family of kernels gives the same bits for any number of threads", "[autograd][threads]") {
  for (const Family& family : families) {
    CAPTURE(family.name);
    CHECK(test::same_for_any_threads([&] { return value_and_gradients(family); }));
  }
}

}  // namespace gradus::determinism_test
