#pragma once

// Layers, functions over models, initialisation.
#include <gradus/nn/activation.hpp>
#include <gradus/nn/adaptive_avg_pool2d.hpp>
#include <gradus/nn/avg_pool2d.hpp>
#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/conv_transpose2d.hpp>
#include <gradus/nn/digest.hpp>
#include <gradus/nn/dropout.hpp>
#include <gradus/nn/embedding.hpp>
#include <gradus/nn/flatten.hpp>
#include <gradus/nn/gradcheck.hpp>
#include <gradus/nn/identity.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/layer_norm.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/loss.hpp>
#include <gradus/nn/max_pool2d.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/observe.hpp>
#include <gradus/nn/parameter.hpp>
#include <gradus/nn/print.hpp>
#include <gradus/nn/sequential.hpp>
#include <gradus/nn/softmax.hpp>
#include <gradus/nn/state.hpp>
#include <gradus/nn/summary.hpp>
