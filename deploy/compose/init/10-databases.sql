-- One database per data centre beside that of the directory; the platform makes its tables.
CREATE DATABASE dc_us;
CREATE DATABASE dc_eu;
