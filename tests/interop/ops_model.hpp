#pragma once

#include <gradus/gradus.hpp>

namespace gradus::test {

/// A model of every op that can be written as ONNX and is not in the other models; their results side by
/// side.
struct OpsModel {
  nn::ConvTranspose2d up{4, 2, 3, {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2}};
  nn::Conv2d grouped{
      4, 6, {3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}, .groups = 2, .bias = false}};
  nn::GroupNorm group_norm{2, 4};
  nn::LayerNorm layer_norm{{5, 6}, {.elementwise_affine = false}};
  nn::GRU gru{6, 3, {.bias = false, .batch_first = true}};
  nn::RNN rnn{6, 3, {.nonlinearity = RNNNonlinearity::relu, .batch_first = true}};
  nn::BatchNorm2d fixed{4};
  nn::BatchNorm2d bare{4, {.affine = false}};
  nn::Conv3d deep{1, 2, 3, {.padding = 1}};
  nn::ConvTranspose3d deeper{1, 2, 2, {.stride = 2}};
  nn::Parameter slope = full({4}, 0.2);
  nn::Parameter table = nn::init::normal_(empty({4, 5, 6}, float32));

  /// x is [n, 4, 5, 6].
  Tensor operator()(const Tensor& x) const {
    std::vector<Tensor> all;
    for (const auto& family : {elementwise(x), pairs(x), flags(x), shapes(x), choices(x), windows(x)})
      for (const Tensor& y : family) all.push_back(reshape(y, {x.size(0), -1}));
    return cat(all, 1);
  }

  std::vector<Tensor> elementwise(const Tensor& x) const {
    const Tensor unit = sigmoid(x), above = 1 + square(x);  // in (0, 1), and from 1 on
    return {abs(x),
            acos(unit),
            acosh(above),
            asin(unit),
            asinh(x),
            atan(x),
            atanh(unit),
            ceil(x),
            celu(x, 0.7),
            clamp(x, -0.5, 0.25),
            clamp(x, std::nullopt, 0.1),
            x.clone(),
            cos(x),
            cosh(x),
            elu(x, 0.6),
            erf(x),
            exp(x),
            expm1(x),
            floor(x),
            gelu(x),
            gelu(x, {.approximate = Gelu::tanh}),
            hardsigmoid(x),
            hardswish(x * 3),
            hardtanh(x, -0.3, 0.8),
            leaky_relu(x, 0.3),
            log(above),
            log1p(unit),
            logsigmoid(x),
            mish(x),
            -x,
            pow(above, 1.7),
            pow(2.5, x),
            prelu(x, slope),
            reciprocal(above),
            relu6(x * 5),
            round(x),
            rsqrt(above),
            selu(x),
            sign(x),
            silu(x),
            sin(x),
            sinh(x),
            softplus(x),
            softplus(x, 2, 30),
            softsign(x),
            sqrt(above),
            tan(unit),
            tanh(x),
            tanhshrink(x),
            erfc(x),
            exp2(x),
            hardshrink(x, 0.4),
            log10(above),
            log2(above),
            logit(x, 0.1),
            softshrink(x, 0.3),
            threshold(x, 0.2, 0.7),
            trunc(x * 3)};
  }
  std::vector<Tensor> pairs(const Tensor& x) const {
    const Tensor y = flip(x, {3}), rows = narrow(x, 2, 0, 1);
    const Tensor checkered = reshape(arange(6), {6}) != 3;
    return {maximum(x, y),
            minimum(x, rows),
            x / (2 + square(y)),
            pow(1 + square(x), y),
            where(checkered, x, y),
            3 - rows,
            dropout(x, 0.5, false),
            logaddexp(x, y),
            hypot(x, y),
            remainder(x, 1 + square(y)),
            fmod(x, 1 + square(y)),
            floor_divide(x, 1 + square(y))};
  }
  /// Comparisons, and what is made of them.
  std::vector<Tensor> flags(const Tensor& x) const {
    const Tensor y = flip(x, {3}), high = narrow(x, 2, 4, 1), steps = round(x * 2);
    const Tensor above = x > 0, below = le(x, y);
    const Tensor holes = where(x > 1, 1 / (steps * 0), where(x < -1, log(x), x));  // infinities, NaN
    return {where(above, x, 0),
            where(x.detach() >= high, tensor(1.0), -1),
            where(above & (y < 0.5), x, y),
            where(above | ~below, x, y),
            where(above ^ below, x, y),
            where(logical_and(steps, x), x, y),
            where(logical_or(steps, relu(y)), x, y),
            where(logical_xor(steps, relu(y)), x, 1.5),
            where(logical_not(steps), x, 0.5),
            where(eq(steps, 1), x, y),
            where(ne(steps, -1), x, y),
            where(above == below, x, y),
            where(above.to(int64) > below.to(int64), x, y),
            masked_fill(x, high > 0, -3),
            x * above.to(float32),
            where(unsqueeze(select(x, 1, 0) > 0, 1), x, y),
            where(isnan(holes), 2, where(isinf(holes), 3, where(isfinite(holes), x, 4))),
            nan_to_num(holes, {.nan = 0.25, .posinf = 5, .neginf = -6}),
            clamp(x, high, y),
            clamp(x, std::nullopt, high),
            atan2(x, y),
            atan2(steps + 0, round(y * 2) + 0),
            diagonal(x, 1, 2, 3),
            diagonal(x, -2, 3, 1)};
  }
  std::vector<Tensor> shapes(const Tensor& x) const {
    const auto parts = split(x, {1, 2, 2}, 2);
    return {amax(x, {1, 3}),
            amin(x, -1, true),
            max(x, 3).values,
            cumsum(x, 2),
            expand(narrow(x, 1, 0, 1), x.shape()),
            flip(x, {1, 2}),
            index_select(x, 3, tensor({4, 0, 0}, {.dtype = int64})),
            logsumexp(x, {2, 3}),
            mean(x, {1}),
            pad(x, {1, 2, 0, 1}, 0.5),
            permute(x, {0, 3, 1, 2}),
            slice(x, 3, 1, 6, 2),
            softmax(x, 1),
            log_softmax(x, 3),
            sum(x, {2}, true),
            tril(x, -1),
            triu(x, 2),
            parts[2],
            stack({x, x * 2}, 2),
            matmul(x, transpose(x, 2, 3)),
            squeeze(narrow(x, 1, 2, 1), 1),
            einsum("nchw,ndhw->ncd", {x, x}),
            pixel_shuffle(x, 2),
            unfold(x, 2)};
  }
  std::vector<Tensor> choices(const Tensor& x) const {
    const auto largest = topk(x, 2, 3);
    const Tensor rows = tensor({3, 1, 0}, {.dtype = int64});
    const Tensor places = expand(reshape(tensor({0, 3, 1}, {.dtype = int64}), {3, 1, 1}), {3, 5, 6});
    return {largest.values,
            gather(x, 3, largest.indices),
            sort(x, 1).values,
            kthvalue(x, 3, 2).values,
            std(x, {2, 3}),
            var(x, {1}, {.correction = 0, .keepdim = true}),
            norm(x, 2, {3}),
            norm(x, 1, {1, 2}),
            norm(x, 3, {2}, true),
            normalize(x),
            index_add(x, 1, rows, narrow(x, 1, 0, 3)),
            matmul(scatter(table, 0, places, table * 2), transpose(x, 2, 3)),
            matmul(scatter_add(table, 0, places, table * 2), transpose(x, 2, 3))};
  }
  std::vector<Tensor> windows(const Tensor& x) const {
    const Tensor sequence = reshape(x, {x.size(0), 20, 6});
    const Tensor volume = unsqueeze(x, 1);  // [n, 1, 4, 5, 6]
    return {up(x),
            grouped(x),
            fixed(x),
            bare(x),
            deep(volume),
            deeper(volume),
            max_pool3d(volume, 2),
            avg_pool3d(volume, {2, 2, 3}),
            max_pool1d(flatten(x, 2), 3),
            adaptive_max_pool2d(x, {1, 3}),
            local_response_norm(x, 3),
            rms_norm(x, {6}),
            interpolate(x, {.scale_factor = {2}, .mode = Interpolation::nearest}),
            interpolate(x, {.size = {7, 4}, .mode = Interpolation::linear}),
            interpolate(x, {.size = {8, 9}, .mode = Interpolation::cubic, .align_corners = true}),
            scaled_dot_product_attention(x, x * 0.5, x),
            group_norm(x),
            layer_norm(x),
            instance_norm(x),
            gru(sequence).output,
            rnn(sequence).state,
            avg_pool2d(x, 2),
            avg_pool2d(x, {3, 2}, {.stride = 1, .padding = {1, 0}, .count_include_pad = false}),
            avg_pool2d(x, 2, {.divisor_override = 3}),
            max_pool2d(x, 2, {.ceil_mode = true}),
            max_pool2d(x, 3, {.stride = 1, .padding = 1}),
            adaptive_avg_pool2d(x, {5, 3}),
            adaptive_avg_pool2d(x, 1)};
  }
};

}  // namespace gradus::test
