#!/usr/bin/env python3
"""Writes docs/parity.md: what the library has of PyTorch, and what its tests hold to. `--check` compares instead.

Nothing is listed by hand but the names looked for (WANTED): public names come from the headers, evidence from the test
sources and the fixtures they read. A test case counts for a name that it, or a helper of its file that it uses, mentions.
"""

import argparse
import collections
import functools
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# PyTorch's names for what concerns training on a CPU; those that are missing are listed as such.
WANTED = {
    "Ops": """
        full zeros ones empty eye arange linspace logspace zeros_like ones_like full_like empty_like tensor diag diag_embed
        tril_indices triu_indices block_diag vander meshgrid
        neg abs sign exp log log1p expm1 sqrt rsqrt square reciprocal sin cos tan tanh sigmoid relu erf floor ceil round clamp
        log2 log10 exp2 sinh cosh asin acos atan asinh acosh atanh erfc erfinv lgamma digamma polygamma sinc logit frac trunc
        signbit deg2rad rad2deg ndtr log_ndtr ndtri erfcx entr mvlgamma nan_to_num isnan isinf isfinite logical_not
        add sub mul div pow maximum minimum where eq ne lt le gt ge fmod remainder floor_divide atan2 hypot copysign ldexp
        logaddexp logaddexp2 xlogy xlog1py gammainc gammaincc lerp addcmul addcdiv heaviside fmax fmin logical_and logical_or logical_xor isclose
        allclose equal i0 i0e i1 i1e bitwise_not bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm
        hann_window hamming_window blackman_window bartlett_window kaiser_window
        sum mean max min amax amin argmax argmin prod var std logsumexp norm all any count_nonzero aminmax median nanmedian mode
        quantile nanquantile nansum nanmean var_mean std_mean cumsum cumprod cummax cummin logcumsumexp trapezoid
        cumulative_trapezoid unique unique_consecutive bincount histc histogram corrcoef cov renorm
        sort argsort topk kthvalue searchsorted bucketize isin
        matmul mm bmm mv dot outer addmm addmv addbmm baddbmm addr inner vecdot tensordot einsum multi_dot kron cross trace
        matrix_power matrix_exp det slogdet logdet inverse pinverse solve triangular_solve solve_triangular lstsq cholesky
        cholesky_solve cholesky_inverse qr lu lu_solve eigh eig eigvals svd matrix_norm matrix_rank cond
        fft ifft rfft irfft hfft ihfft fftn ifftn rfftn irfftn fftfreq rfftfreq fftshift ifftshift stft istft
        reshape view flatten unflatten squeeze unsqueeze transpose permute t expand cat stack split chunk narrow select slice
        index_select gather scatter scatter_add masked_fill one_hot flip roll repeat pad unbind tensor_split hstack vstack dstack
        column_stack movedim tile repeat_interleave broadcast_tensors diagonal tril triu take take_along_dim put index_add
        index_copy index_fill index_put scatter_reduce masked_select masked_scatter nonzero rot90 cartesian_prod combinations
        cdist pdist diff slice_scatter select_scatter sliding_window
        conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d max_pool1d max_pool2d max_pool3d avg_pool1d
        avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
        adaptive_max_pool2d adaptive_max_pool3d max_unpool1d max_unpool2d max_unpool3d fractional_max_pool2d fractional_max_pool3d lp_pool1d lp_pool2d unfold fold
        interpolate grid_sample affine_grid pixel_shuffle pixel_unshuffle channel_shuffle
        leaky_relu elu gelu silu softplus softmax softmin log_softmax softsign tanhshrink hardtanh relu6 selu celu rrelu prelu glu
        logsigmoid hardshrink softshrink hardsigmoid hardswish mish threshold gumbel_softmax
        batch_norm layer_norm dropout group_norm instance_norm local_response_norm rms_norm normalize alpha_dropout
        cosine_similarity pairwise_distance embedding linear bilinear embedding_bag scaled_dot_product_attention
        rand randn randint randperm uniform normal bernoulli multinomial rand_like randn_like poisson binomial exponential
        geometric cauchy log_normal
        add_ sub_ mul_ div_ addcmul_ addcdiv_ lerp_ clamp_ masked_fill_ uniform_ normal_ bernoulli_ fill_ zero_ copy_""",
    "Losses": """
        nll_loss cross_entropy bce_loss bce_with_logits mse_loss l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss
        gaussian_nll_loss hinge_embedding_loss multi_margin_loss multilabel_margin_loss soft_margin_loss
        multilabel_soft_margin_loss margin_ranking_loss cosine_embedding_loss triplet_margin_loss ctc_loss""",
    "Layers": """
        Sequential Linear Bilinear Identity Flatten Unflatten Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
        ConvTranspose3d MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
        AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm
        GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d RMSNorm LocalResponseNorm Dropout Dropout1d Dropout2d Dropout3d
        AlphaDropout FeatureAlphaDropout ReLU ReLU6 LeakyReLU ELU CELU SELU PReLU RReLU GELU SiLU Mish Sigmoid Tanh Hardtanh
        Hardshrink Softshrink Softplus Softsign Tanhshrink Threshold GLU LogSigmoid Hardswish Hardsigmoid Softmax Softmin Softmax2d LogSoftmax
        Embedding EmbeddingBag RNN LSTM GRU RNNCell LSTMCell GRUCell MultiheadAttention TransformerEncoderLayer
        TransformerEncoder TransformerDecoderLayer TransformerDecoder Transformer Upsample PixelShuffle PixelUnshuffle ChannelShuffle Fold
        Unfold ConstantPad ReflectionPad ReplicationPad CircularPad MaxUnpool1d MaxUnpool2d MaxUnpool3d LPPool1d LPPool2d
        FractionalMaxPool2d FractionalMaxPool3d CosineSimilarity PairwiseDistance NLLLoss CrossEntropyLoss BCELoss BCEWithLogitsLoss MSELoss L1Loss SmoothL1Loss
        HuberLoss KLDivLoss PoissonNLLLoss GaussianNLLLoss HingeEmbeddingLoss MultiMarginLoss SoftMarginLoss
        MultiLabelMarginLoss MultiLabelSoftMarginLoss MarginRankingLoss CosineEmbeddingLoss TripletMarginLoss CTCLoss""",
    "Sequences": "pad_sequence unpad_sequence pack_sequence unpack_sequence pack_padded_sequence pad_packed_sequence",
    "Optimizers": "SGD ASGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam Rprop LBFGS Lion Muon Adafactor NovoGrad Combined EMA",
    "Schedules": """
        StepLR MultiStepLR ExponentialLR CosineAnnealingLR LinearLR ConstantLR LambdaLR MultiplicativeLR PolynomialLR
        CosineAnnealingWarmRestarts CyclicLR OneCycleLR ReduceLROnPlateau SequentialLR ChainedScheduler SWALR""",
    "Functions over models": """
        update_bn fuse clip_grad_norm clip_grad_value parameters_to_vector vector_to_parameters""",
}
# PyTorch's further names for what there is.
OTHER_NAMES = {
    "Ops": """
        true_divide=div rsub=sub float_power=pow sgn=sign clip=clamp diagflat=diag concat=cat msort=sort
        vector_norm=norm dist=norm vdot=dot chain_matmul=multi_dot broadcast_to=expand swapaxes=transpose argwhere=nonzero
        hsplit=tensor_split vsplit=tensor_split dsplit=tensor_split fliplr=flip flipud=flip put_along_axis=scatter
        index_reduce=scatter_reduce segment_reduce=scatter_reduce upsample=interpolate im2col=unfold col2im=fold
        random_=randint randint_like=randint fft2=fftn ifft2=ifftn rfft2=rfftn irfft2=irfftn
        special.expit=sigmoid special.psi=digamma special.gammaln=lgamma special.multigammaln=mvlgamma lu_unpack=lu divmod=floor_divide
        conv_tbc=conv1d categorical=multinomial permutation=randperm partition=sort argpartition=argsort moveaxis=movedim""",
    "Layers": "ModuleList=Sequential ZeroPad2d=ConstantPad CrossMapLRN2d=LocalResponseNorm LazyLinear=Linear LazyConv2d=Conv2d",
}
# What is left out, and why.
LEFT_OUT = {
    "Ops": {"complex polar real imag angle conj isreal view_as_complex": "complex numbers are pairs, which only `fft` and `eig` have",
            "ldl_factor ldl_solve geqrf ormqr householder_product lobpcg svd_lowrank pca_lowrank tensorinv": "nothing is trained with them",
            "hfft2 hfftn ihfft2 ihfftn tensorsolve": "short compositions of `hfft` and `fftn`, and `solve` between two `reshape`",
            "multi_head_attention_forward": "that is the layer, `nn::MultiheadAttention`",
            "special.zeta airy_ai bessel_j0 bessel_y0 modified_bessel_k0 spherical_bessel_j0 chebyshev_polynomial_t hermite_polynomial_h "
            "laguerre_polynomial_l legendre_polynomial_p": "and their like: special functions that are not trained with",
            "torch.distributions": "`log_normal`, `poisson` and so on draw, and the losses have the densities that are trained with",
            "quantized_matmul block_masked_mm gather_mm segmented_mm hadamard_transform": "of MLX, for accelerators",
            "positive histogramdd isposinf isneginf frexp nextafter atleast_1d gradient": "one short expression each, or of no use in training",
            "out=": "`copy_` does it; activations reuse the memory of what is moved into them",
            "exp_ sqrt_ relu_ scatter_ index_add_": "`x.copy_(exp(x))` and so on: of every function, in place",
            "rope": "of MLX: sines, cosines and a product; nothing here turns positions into angles yet",
            "as_strided": "`sliding_window` and the views do what it is used for, and cannot leave the memory"},
    "Losses": {"triplet_margin_with_distance_loss": "`relu(margin + d(a, p) - d(a, n))` for a function d of one's own",
               "dice focal log_cosh barlow_twins ASG": "not in PyTorch; short expressions, or for one kind of task"},
    "Layers": {"SyncBatchNorm": "there is one process", "AdaptiveLogSoftmaxWithLoss": "made for vocabularies of hundreds of thousands of words",
               "spectral_norm prune": "models are structs: a layer of one's own that changes its weight, as `WeightNorm` does", "ModuleDict ParameterList ParameterDict Functional AnyModule":
               "std::map and std::vector of layers and parameters are walked as members"},
    "Optimizers": {"SparseAdam": "there are no sparse gradients"},
}


def plain(name):
    """A name without what spellings differ in: CrossEntropyLoss and cross_entropy_loss are one."""
    return name.replace("_", "").lower()


def same(a, b):
    """Whether two names are spellings of one: a layer and its function, with or without `loss`."""
    return a == b or plain(a).removesuffix("loss") == plain(b).removesuffix("loss")


# ---- What there is

# What the patterns below find that is neither op, layer, optimizer nor schedule.
OTHER = re.compile(r"Optimizer|Scheduler|RuleOptimizer|\w+Rule|AnyLayer|Walker|Observer|CheckedModel|"
                   r"copy_values|from_\w+|borrow|name|\w+_layer")
# Ops with nothing to differentiate; those that make tensors, compare, search or draw join them.
CONSTANT = {"all", "any", "argmax", "argmin", "argsort", "count_nonzero", "isclose", "nonzero", "one_hot", "signbit",
            "tril_indices", "triu_indices", "matrix_rank", "fftfreq", "rfftfreq"}
NOT_OPS = {"if", "for", "while", "return", "switch", "static_assert", "requires"}


def without_comments(text):
    return re.sub(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", text, flags=re.S)


def functions(text, hidden=r"detail|gradus::\w+"):
    """Names of functions declared at namespace level, but for hidden namespaces: by default all inside gradus."""
    text = re.sub(rf"^namespace (?:{hidden}) \{{.*?^\}}", "", without_comments(text), flags=re.S | re.M)
    found = re.findall(r"^(?:inline |template <[^>]*>\n)?(?:const )?[A-Z]?[\w:]+(?:<[\w:]+>)? (\w+)\(", text, flags=re.M)
    return [name for name in found if name not in NOT_OPS and not re.match(r"operator|\w+_with_indices", name)]


def classes(text, body):
    """Names of classes at namespace level whose text `body` finds something in."""
    text = re.sub(r"^namespace detail \{.*?^\}", "", without_comments(text), flags=re.S | re.M)
    found = re.findall(r"^(?:class|struct) (\w+)([^;{]*\{.*?)^\};", text, flags=re.S | re.M)
    return [name for name, rest in found if re.search(body, rest)]


def public_names():
    """For each section the names there are, in the order of their headers."""
    there = collections.defaultdict(list)
    for header in sorted((ROOT / "autograd/ops").glob("*.hpp")):
        text = header.read_text()
        if re.search(r"^/// For writers of ", text, re.M):
            continue
        losses = re.search(r"loss|cross_entropy|kl_div", header.stem)
        there["Losses" if losses else "Ops"] += functions(text)
        if re.fullmatch(r"create|random|compare|multinomial|search|distributions|integer|signal_window|in_place", header.stem):
            CONSTANT.update(set(functions(text)) - {"bincount"})
    core = (ROOT / "autograd/tensor.hpp").read_text()
    in_place = set(re.findall(r"^  Tensor& (\w+_)\(", core, re.M)) & set(WANTED["Ops"].split())
    there["Ops"] += (core := in_place | set(functions(core)) & set(WANTED["Ops"].split()))
    CONSTANT.update(core | {"logspace"})
    for header in sorted((ROOT / "nn").glob("*.hpp")):
        there["Layers"] += classes(header.read_text(), r"\boperator\(\)\(")
    there["Sequences"] += functions((ROOT / "nn/packed_sequence.hpp").read_text(), hidden="detail")
    for header in sorted((ROOT / "optim").glob("*.hpp")):
        text = header.read_text()
        schedule = header.stem.startswith("schedule")
        names = re.findall(r"^using (\w+) = RuleOptimizer<", text, re.M)
        names += classes(text, r"public (?:Optimizer|Scheduler)\b|\bvoid (?:step|update)\(")
        there["Schedules" if schedule else "Optimizers"] += names
    for header in sorted([*(ROOT / "nn").glob("*.hpp"), *(ROOT / "optim").glob("*.hpp")]):
        found = functions(header.read_text(), hidden="detail")
        there["Functions over models"] += [n for n in found if n in WANTED["Functions over models"].split()]
    return {section: [n for n in dict.fromkeys(names) if not OTHER.fullmatch(n)] for section, names in there.items()}


# ---- What the tests say


@functools.cache
def source(path):
    return without_comments(path.read_text())


@functools.cache
def chunks(path):
    """Definitions at the left margin of a test source, and of the test headers it includes: (name, text)."""
    found, lines, depth = [], [], 0
    for line in source(path).split("\n"):
        if not lines and (not re.match(r"[A-Za-z]", line) or re.match(r"(namespace|using)\b", line)):
            continue
        lines.append(line)
        code = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'', "", line)
        depth += sum(map(code.count, "({")) - sum(map(code.count, ")}"))
        if depth == 0 and re.search(r"[;}]$", line):
            text = "\n".join(lines)
            head = re.sub(r"^(?:template <.*>\n)?(?:requires.*\n)?", "", text)
            name = re.match(r"(?:struct|class) (\w+)|[^(={]*?(\w+)\s*(?:\[\w*\])?\s*[({=]", head)
            found.append((next(filter(None, name.groups())) if name else "", text))
            lines = []
    for included in re.findall(r'#include "([^"]+)"', path.read_text()):
        header = ROOT / "tests" / included
        if header.exists() and header.name not in ("catch.hpp", "pytorch.hpp", "fixtures.hpp"):
            found += chunks(header)
    return found


COMPARES = re.compile(r"\b(?:equal|difference|value|values)\(")
# Functions that the tests of these files call by their operators.
OPERATORS = {
    "arithmetic_test": {" + ": "add", " - ": "sub", " * ": "mul", " / ": "div", " -(": "neg"},
    "compare_test": {"(a == b)": "eq", "(a != b)": "ne", "(a < b)": "lt", "(a <= b)": "le", "(a > b)": "gt", "(a >= b)": "ge"},
}
TestCase = collections.namedtuple("TestCase", "text words fixtures first second")
CALL = re.compile(r'disagreement\(\s*([\w"./]+),\s*"(\w+)"')


@functools.cache
def test_cases():
    cases = []
    for path in sorted((ROOT / "tests").rglob("*_test.cpp")):
        helpers = collections.defaultdict(list)
        for name, text in chunks(path):
            helpers[name].append(text)
        for text in helpers.get("TEST_CASE", []):
            body, todo, seen = [text], [text], {"TEST_CASE"}
            while todo:
                for word in set(re.findall(r"\w+", todo.pop())) & set(helpers) - seen:
                    seen.add(word)
                    body += helpers[word]
                    todo += helpers[word]
            whole = "\n".join(body)
            names = set(re.findall(r"(?<![.\w])(\w+)\s*[({<]", whole)) | set(re.findall(r'"(\w+)(?:/\w*)?"', whole))
            names |= set(re.findall(r"\b[A-Z]\w+", whole))
            names |= {name for sign, name in OPERATORS.get(path.stem, {}).items() if sign in whole}
            cases.append(TestCase(whole, names, bool(re.search(r"\bfixtures?\(", whole)),
                                  bool(re.search(r"\bgradcheck\(", whole)), bool(re.search(r"\bgradgradcheck\(", whole))))
    commands = re.findall(r"COMMAND gradcheck (.*)\)", (ROOT / "tests/CMakeLists.txt").read_text())
    if commands:  # its cases: random shapes, layouts and options, each with the name of what it checks
        whole = "\n".join(source(path) for path in (ROOT / "examples/gradcheck").glob("*_cases.cpp"))
        words = set(re.findall(r'"(?:nn::)?(\w+)["{]', whole))
        cases.append(TestCase("", words, False, True, any("--second-order" in command for command in commands)))
    return cases


@functools.cache
def fixtures():
    """subject -> whether its cases have gradients, and gradients away from kinks."""
    found = {}
    for path in sorted((ROOT / "tests/fixtures").glob("*.json")):
        for case in json.loads(path.read_text()):
            subject, _, variant = case["name"].partition("/")
            grads, smooth = found.get(subject, (False, False))
            has = bool(case.get("grads"))
            found[subject] = (grads or has, smooth or (has and not variant.startswith("special")))
    return found


@functools.cache
def compared():
    """Subjects of `disagreement`, which compares with PyTorch and with differences of both orders."""
    return {subject for path in (ROOT / "tests").rglob("*_test.cpp") for _, subject in CALL.findall(source(path))}


def evidence(name, others):
    """(values, first order, second order) of one public name, as text for the table; `others` are all public names."""
    twins = {other for other in others if other != name and same(other, name)}  # a layer's function, a function's layer
    exact = name in compared()
    cases = [c for c in test_cases() if name in c.words]
    subject = next((s for s in fixtures() if same(s, name)), None)
    grads, smooth = fixtures().get(subject, (False, False))
    reading = exact or any(c.fixtures for c in cases)
    is_class = name[0].isupper()
    function = next((twin for twin in sorted(twins) if is_class and
                     any(twin in c.words and COMPARES.search(c.text) for c in cases)), None)
    if exact or (reading and (subject or is_class)):
        values = "PyTorch, with gradients" if grads else "PyTorch"
    elif function:
        values = f"as `{function}`"
    else:
        values = "by hand" if cases else ""
    if name in CONSTANT:
        return values, "-", "-"
    if function or not is_class:  # what is the other is checked with it
        cases = [c for c in test_cases() if c.words & ({name} | twins)]
        exact = exact or bool(twins & compared())
    return values, *("yes" if any(checked) or (exact and smooth) else "" for checked in
                     ([c.first for c in cases], [c.second for c in cases]))


# ---- The table

INTRODUCTION = """# What there is of PyTorch

Written by `scripts/parity.py` from the headers, the tests and the figures in `tests/fixtures`; a test holds it to them.
**Values**: *PyTorch*, compared with its figures in double precision (*with gradients*: these too); *as f*, equal to a function
that is; *by hand*, in a test with values of its own. **1st** and **2nd**: a test compares derivatives of that order with central
differences. What makes tensors, compares, counts or draws has none (-). What PyTorch 1.13 lacks (Lion, Muon, RMSNorm, attention) is held
to the formula of its paper, evaluated with it. In place of lazy layers, `nn::output_shape` gives a layer its size when the model is made.
"""


def section(title, names, differentiable, others):
    lines = [f"## {title}", ""]
    lines += ["| name | values | 1st | 2nd |", "|---|---|---|---|"] if differentiable else ["| name | values |", "|---|---|"]
    for name in sorted(names, key=str.lower):
        cells = evidence(name, others)
        lines.append("| " + " | ".join((f"`{name}`", *cells[:3 if differentiable else 1])) + " |")
    there = {plain(name) for name in names}
    missing = [name for name in WANTED[title].split() if plain(name) not in there]
    if missing:
        lines += ["", "Not here: " + ", ".join(f"`{name}`" for name in missing) + "."]
    if pairs := [pair.split("=") for pair in OTHER_NAMES.get(title, "").split()]:
        assert {here for _, here in pairs} <= set(names), "another name for what is not here"
        lines += ["", "Under another name: " + ", ".join(f"`{name}` is `{here}`" for name, here in pairs) + "."]
    for left_out, why in LEFT_OUT.get(title, {}).items():
        lines += ["", "Left out: " + ", ".join(f"`{name}`" for name in left_out.split()) + f"; {why}."]
    return "\n".join(lines) + "\n"


def table():
    there = public_names()
    others = [name for names in there.values() for name in names]
    parts = [INTRODUCTION]
    for title in WANTED:
        parts.append(section(title, there[title], title in ("Ops", "Losses", "Layers", "Sequences"), others))
    return "\n".join(parts)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="fail unless docs/parity.md is what would be written")
    path = ROOT / "docs/parity.md"
    text = table()
    if not arguments.parse_args().check:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        sys.exit("docs/parity.md is not what the tests say; write it again: scripts/parity.py")


if __name__ == "__main__":
    main()
