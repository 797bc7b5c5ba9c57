// Losses, as the mean over all elements.
#include "ops.hpp"

namespace ops {
namespace {

/// Scores [n, classes] and a class for each row.
const Family scores{{{{16, 10}, {64, 100}, {1024, 1000}}}, [](const Sizes& s, Layout l) {
                      return Inputs{{numbers(s, l), lib::integers(s[1], {s[0]})}, 1};
                    }};
/// Values [r, c] in (0, 1), and targets there, which need no gradient.
const Family shares{plane_shapes, [](const Sizes& s, Layout l) {
                      return Inputs{{numbers(s, l, 0.1, 0.9), numbers(s, l, 0.1, 0.9)}, 1};
                    }};

const Op losses_ops[] = {
    {"nll_loss", scores, [](const Tensors& x) { return lib::nll_loss(x[0], x[1]); }},
    {"cross_entropy", scores, [](const Tensors& x) { return lib::cross_entropy(x[0], x[1]); }},
    {"mse_loss", shares, [](const Tensors& x) { return lib::mse_loss(x[0], x[1]); }},
    {"l1_loss", shares, [](const Tensors& x) { return lib::l1_loss(x[0], x[1]); }},
    {"smooth_l1_loss", shares, [](const Tensors& x) { return lib::smooth_l1_loss(x[0], x[1]); }},
    {"huber_loss", shares, [](const Tensors& x) { return lib::huber_loss(x[0], x[1]); }},
    {"bce_loss", shares, [](const Tensors& x) { return lib::bce_loss(x[0], x[1]); }},
    {"bce_with_logits", shares, [](const Tensors& x) { return lib::bce_with_logits(x[0], x[1]); }},
    {"kl_div", shares, [](const Tensors& x) { return lib::kl_div(x[0], x[1]); }},
};

}  // namespace

void add_losses() { add(losses_ops); }

}  // namespace ops
