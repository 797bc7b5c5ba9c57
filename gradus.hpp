#pragma once

// All of Gradus.
#include <gradus/autograd/anomaly.hpp>
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/checkpoint.hpp>
#include <gradus/autograd/derivatives.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/print.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/autograd/tensor.hpp>
#include <gradus/data/data.hpp>
#include <gradus/nn/nn.hpp>
#include <gradus/optim/optim.hpp>
#include <gradus/training/training.hpp>
