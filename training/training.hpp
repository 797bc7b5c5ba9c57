#pragma once

// What keeps a training alive and tells of it: checkpoints, logs, reports.
#include <gradus/training/checkpoint.hpp>
#include <gradus/training/checkpoint_folder.hpp>
#include <gradus/training/crc32c.hpp>
#include <gradus/training/history.hpp>
#include <gradus/training/layer_costs.hpp>
#include <gradus/training/replay.hpp>
#include <gradus/training/report.hpp>
#include <gradus/training/stop.hpp>
#include <gradus/training/tensorboard.hpp>
