-- +goose Up

-- The API derives the address of a product's dashboard from the base URL of the connection. Users of an MSP get the
-- dashboard alone.
grant select (base_url) on mssp_product to portal_msp;
