// Many elements to one, and along a dimension.
#include "ops.hpp"

namespace ops {
namespace {

const Op reductions_ops[] = {
    {"sum", plane, [](const Tensors& x) { return lib::sum(x[0]); }},
    {"sum_columns", plane, [](const Tensors& x) { return lib::sum(x[0], lib::Dims{0}); }},
    {"sum_rows", plane, [](const Tensors& x) { return lib::sum(x[0], lib::Dims{1}); }},
    {"mean", plane, [](const Tensors& x) { return lib::mean(x[0]); }},
    {"mean_rows", plane, [](const Tensors& x) { return lib::mean(x[0], lib::Dims{1}); }},
    {"prod", positive, [](const Tensors& x) { return lib::prod(x[0]); }},
    {"var", plane, [](const Tensors& x) { return lib::var(x[0]); }},
    {"var_rows", plane, [](const Tensors& x) { return lib::var(x[0], lib::Dims{1}); }},
    {"std", plane, [](const Tensors& x) { return lib::std(x[0]); }},
    {"norm", plane, [](const Tensors& x) { return lib::norm(x[0]); }},
    {"max", plane, [](const Tensors& x) { return lib::max(x[0]); }},
    {"min", plane, [](const Tensors& x) { return lib::min(x[0]); }},
    {"max_rows", plane, [](const Tensors& x) { return lib::max_along(x[0], 1); }},
    {"min_columns", plane, [](const Tensors& x) { return lib::min_along(x[0], 0); }},
    {"amax_rows", plane, [](const Tensors& x) { return lib::amax(x[0], lib::Dims{1}); }},
    {"amin_columns", plane, [](const Tensors& x) { return lib::amin(x[0], lib::Dims{0}); }},
    {"argmax", plane_only, [](const Tensors& x) { return lib::argmax(x[0]); }},
    {"argmax_rows", plane_only, [](const Tensors& x) { return lib::argmax(x[0], 1); }},
    {"argmin_columns", plane_only, [](const Tensors& x) { return lib::argmin(x[0], 0); }},
    {"all", plane_only, [](const Tensors& x) { return lib::all(x[0]); }},
    {"any", plane_only, [](const Tensors& x) { return lib::any(x[0] > 1); }},
    {"logsumexp_rows", plane, [](const Tensors& x) { return lib::logsumexp(x[0], lib::Dims{1}); }},
    {"softmax_rows", plane, [](const Tensors& x) { return lib::softmax(x[0], 1); }},
    {"softmax_columns", plane, [](const Tensors& x) { return lib::softmax(x[0], 0); }},
    {"log_softmax_rows", plane, [](const Tensors& x) { return lib::log_softmax(x[0], 1); }},
    {"cumsum_rows", plane, [](const Tensors& x) { return lib::cumsum(x[0], 1); }},
    {"cumsum_columns", plane, [](const Tensors& x) { return lib::cumsum(x[0], 0); }},
};

}  // namespace

void add_reductions() { add(reductions_ops); }

}  // namespace ops
