CREATE DATABASE shop;
\connect shop
